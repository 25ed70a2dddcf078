// npm run bench: makes the clone ready and runs the benchmarks.
import { run, setUp } from './setup.mjs';

setUp();
run(process.execPath, ['bench/decide.bench.mjs', ...process.argv.slice(2)]);
