// npm start: makes the clone ready, then `crossgate serve` with the arguments given, in this process.
import { setUp } from './setup.mjs';

setUp();
process.argv.splice(2, 0, 'serve');
await import('../packages/cli/dist/main.js');
