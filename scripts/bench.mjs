// npm run bench: makes the clone ready and runs the benchmarks. What is behind `--` is theirs: `--only http`, `--quick`.
import { run, setUp, tool } from './setup.mjs';

setUp();
run(tool('tsc'), ['-b', 'bench']);
run(process.execPath, ['bench/dist/bench/main.js', ...process.argv.slice(2)]);
