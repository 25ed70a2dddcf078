// npm run bench: makes the clone ready and runs the benchmarks.
import { run, setUp } from './setup.mjs';

setUp();
for (const name of ['decide', 'proxy']) run(process.execPath, [`bench/${name}.bench.mjs`]);
