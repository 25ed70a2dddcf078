import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Notices } from '../notice.tsx';
import { texts } from '../texts.ts';
import { LogInForm } from './log-in-form.tsx';

/** All that there is before anybody has logged in. */
export function LogInPage(): JSX.Element {
  useEffect(() => {
    document.title = `${texts.access.logIn} · ${texts.product}`;
    document.getElementById('token')?.focus();
  }, []);
  return (
    <main id="main" class="log-in-page" tabIndex={-1}>
      <Notices />
      <h1>{texts.access.title}</h1>
      <LogInForm />
    </main>
  );
}
