import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/controls.css';
import './styles/tenants.css';
import './styles/messages.css';
import './styles/tables.css';
import './styles/rules.css';
import './styles/try.css';
import './styles/live.css';
import './styles/access.css';
import './styles/narrow.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
