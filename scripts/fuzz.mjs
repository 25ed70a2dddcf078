// npm run fuzz: tries inputs on everything that reads what strangers or users send.
//   --minutes N     how long, over all targets; 5 unless it is given
//   --target NAME   only this one; can be given again
//   --seed S        that of an earlier run
//   --input FILE    tries this on the target, once, and nothing else; can be given again
//   --no-report     leaves docs/reliability.md as it is, as a run of some targets does
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

setUp();
const hooks = new URL('../test/fuzz/coverage/counters.mjs', import.meta.url).href;
run(process.execPath, [
  '--expose-gc',
  '--enable-source-maps',
  '--conditions=@crossgate/source',
  `--import=${hooks}`,
  join(root, 'test', 'fuzz', 'main.ts'),
  ...process.argv.slice(2),
]);
