// npm run build: makes the clone ready and does no more.
import { setUp } from './setup.mjs';

setUp();
