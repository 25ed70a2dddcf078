/** A thread that ends the process when one input takes too long, with the input: where loops are not counted. */
import { writeFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { shared, file, limitMilliseconds } = workerData;
const state = new Int32Array(shared, 0, 2);
let seen = -1;
let since = Date.now();
setInterval(() => {
  const count = Atomics.load(state, 0);
  if (count !== seen) {
    seen = count;
    since = Date.now();
    return;
  }
  const length = Atomics.load(state, 1);
  if (length < 0 || Date.now() - since < limitMilliseconds) return;
  writeFileSync(file, Buffer.from(shared.slice(8, 8 + length)));
  writeSync(2, `\nan input does not end; it is in ${file}\n`);
  process.kill(process.pid, 'SIGKILL');
}, 500);
