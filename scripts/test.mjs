// npm test: makes the clone ready, checks it, and runs every test. With arguments only the tests that they name.
import { run, setUp, tool } from './setup.mjs';

const named = process.argv.slice(2);
setUp();
if (named.length === 0) run(process.execPath, ['scripts/check.mjs']);
run(tool('vitest'), ['run', ...named]);
