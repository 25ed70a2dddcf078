// What a proxied GET costs: Crossgate beside a proxy of undici alone, and beside the upstream itself, in turns. Each of
// them, the upstream and the clients are processes of their own.
// Build first (`npx tsc -b`), then: node bench/proxy.bench.mjs [rounds]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { check, printTable, quantile } from './measure.mjs';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 ** 2;
const ROUNDS = Number(process.argv[2] ?? 15);
const CASES = [
  { name: '1 KiB', size: KIBIBYTE, connections: 16, milliseconds: 1000, least: 0.9 },
  { name: '64 MiB', size: 64 * MEBIBYTE, connections: 4, milliseconds: 1500, least: 0.95 },
];
/** What the process may grow by while it passes on 64 MiB again and again. */
const MEMORY_GROWTH_BYTES = 64 * MEBIBYTE;

/** Of /proc, everywhere that Node runs on Linux. */
const TICKS_PER_SECOND = 100;

const children = [];

async function start(file, ...args) {
  const child = fork(new URL(file, import.meta.url), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ]);
  return { child, port };
}

function residentBytes({ pid }) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * KIBIBYTE;
}

const upstream = await start('proxy-upstream.mjs');
const url = `http://127.0.0.1:${upstream.port}`;
const sides = [
  { name: 'crossgate', ...(await start('proxy-crossgate.mjs', url)) },
  { name: 'undici', ...(await start('proxy-undici.mjs', url)) },
  { name: 'direct', ...upstream },
];
const loader = fork(new URL('proxy-load.mjs', import.meta.url));
children.push(loader);

/** What a process has used of the processors, in microseconds. */
function processorTime({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * (1e6 / TICKS_PER_SECOND);
}

/** Answers per second, and what each cost the process that gave it. */
async function measureOnce({ port, child }, { size, connections, milliseconds }) {
  const before = processorTime(child);
  loader.send({ port, size, connections, milliseconds });
  const [result] = await once(loader, 'message');
  check(result.problem === undefined, `nothing is printed, for ${result.problem}`);
  return {
    rate: (result.answers * 1000) / result.milliseconds,
    cost: (processorTime(child) - before) / result.answers,
  };
}

const misses = [];
try {
  const rows = [];
  for (const each of CASES) {
    const rates = sides.map(() => []);
    const costs = sides.map(() => []);
    for (const side of sides) await measureOnce(side, { ...each, milliseconds: each.milliseconds * 2 });
    const before = residentBytes(sides[0].child);
    let largest = before;
    for (let round = 0; round < ROUNDS; round++) {
      for (let k = 0; k < sides.length; k++) {
        const i = (k + round) % sides.length;
        const { rate, cost } = await measureOnce(sides[i], each);
        rates[i].push(rate);
        costs[i].push(cost);
        largest = Math.max(largest, residentBytes(sides[0].child));
      }
    }
    const ratios = rates[0].map((rate, round) => rate / rates[1][round]);
    const ratio = quantile(ratios, 0.5);
    if (ratio < each.least) {
      misses.push(`${each.name}: ${ratio.toFixed(2)} of what undici alone does, ${each.least} is wanted`);
    }
    if (largest - before > MEMORY_GROWTH_BYTES) {
      misses.push(`${each.name}: the process grew by ${mebibytes(largest - before)}`);
    }
    sides.forEach(({ name }, i) => {
      const rate = quantile(rates[i], 0.5);
      rows.push([
        `${each.name}, ${name}`,
        rate.toPrecision(4),
        `${quantile(rates[i], 0.25).toPrecision(3)} - ${quantile(rates[i], 0.75).toPrecision(3)}`,
        mebibytes(rate * each.size),
        `${quantile(costs[i], 0.5).toPrecision(3)} us`,
        i === 0
          ? `${ratio.toFixed(2)} (${quantile(ratios, 0.25).toFixed(2)} - ${quantile(ratios, 0.75).toFixed(2)})`
          : '',
        i === 0 ? `${mebibytes(before)} - ${mebibytes(largest)}` : '',
      ]);
    });
  }
  console.log(
    `node ${process.version}, ${process.arch}; medians of ${ROUNDS} rounds, with the range of their middle half`,
  );
  printTable(
    ['GETs', 'per second', 'spread', 'body/s', 'processor/GET', 'crossgate : undici', 'resident'],
    rows,
  );
} finally {
  for (const child of children) child.disconnect();
}

console.log('');
for (const miss of misses) console.log(`target missed: ${miss}`);
if (misses.length === 0) console.log('all targets are met');
process.exitCode = misses.length === 0 ? 0 : 1;

function mebibytes(bytes) {
  return `${(bytes / MEBIBYTE).toPrecision(3)} MiB`;
}
