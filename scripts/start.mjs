// npm start: makes the clone ready, then `crossgate serve` with the arguments given, in this process.
import { setUp } from './setup.mjs';

const parent = process.ppid;
setUp();
setInterval(stopWithNpm, 250).unref();
process.argv.splice(2, 0, 'serve');
await import('../packages/cli/dist/main.js');

/** npm does not pass SIGTERM on through its shell: the server would go on without anybody who can stop it. */
function stopWithNpm() {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}
