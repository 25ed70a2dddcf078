// npm test: makes the clone ready, checks it, and runs every test. With arguments only the tests that they name.
import { run, setUp, tool } from './setup.mjs';

// It measures how soon gateways recover, and has the machine for itself.
const ALONE = 'test/faults/suite.test.ts';

const named = process.argv.slice(2);
setUp();
if (named.length === 0) {
  run(process.execPath, ['scripts/check.mjs']);
  run(tool('vitest'), ['run', '--exclude', ALONE]);
  run(tool('vitest'), ['run', ALONE]);
} else {
  run(tool('vitest'), ['run', ...named]);
}
