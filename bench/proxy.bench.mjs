// What a proxied GET costs: Crossgate beside a proxy of undici alone, and beside the upstream itself, in turns. Each of
// them, the upstream and the clients are processes of their own, and the proxies are started anew several times: how the
// buffers of large bodies come to lie in memory is settled by chance for the life of a process.
// Build first (`npx tsc -b`), then: node bench/proxy.bench.mjs [launches]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { check, printTable, quantile } from './measure.mjs';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 ** 2;
const LAUNCHES = Number(process.argv[2] ?? 5);
const ROUNDS_PER_LAUNCH = 3;
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
const SIDES = ['crossgate', 'undici', 'direct'];
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
    const rates = SIDES.map(() => []);
    const costs = SIDES.map(() => []);
    const sizes = [];
    let growth = 0;
    for (let launch = 0; launch < LAUNCHES; launch++) {
      const proxies = [await start('proxy-crossgate.mjs', url), await start('proxy-undici.mjs', url)];
      const sides = [...proxies, upstream];
      // Compiled for the greater part by then.
      for (const side of sides) await measureOnce(side, { ...each, milliseconds: 3 * each.milliseconds });
      const before = residentBytes(proxies[0].child);
      for (let round = 0; round < ROUNDS_PER_LAUNCH; round++) {
        for (let k = 0; k < sides.length; k++) {
          const i = (k + round + launch) % sides.length;
          const { rate, cost } = await measureOnce(sides[i], each);
          rates[i].push(rate);
          costs[i].push(cost);
          sizes.push(residentBytes(proxies[0].child));
          growth = Math.max(growth, sizes.at(-1) - before);
        }
      }
      for (const { child } of proxies) {
        child.disconnect();
        await once(child, 'exit');
      }
    }
    const ratios = rates[0].map((rate, round) => rate / rates[1][round]);
    const ratio = quantile(ratios, 0.5);
    if (ratio < each.least) {
      misses.push(`${each.name}: ${ratio.toFixed(2)} of what undici alone does, ${each.least} is wanted`);
    }
    if (growth > MEMORY_GROWTH_BYTES) misses.push(`${each.name}: the process grew by ${mebibytes(growth)}`);
    SIDES.forEach((name, i) => {
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
        i === 0 ? `${mebibytes(Math.min(...sizes))} - ${mebibytes(Math.max(...sizes))}` : '',
      ]);
    });
  }
  console.log(
    `node ${process.version}, ${process.arch}; medians of ${ROUNDS_PER_LAUNCH} rounds in each of ${LAUNCHES} launches, with the range of their middle half`,
  );
  printTable(
    ['GETs', 'per second', 'spread', 'body/s', 'processor/GET', 'crossgate : undici', 'resident'],
    rows,
  );
} finally {
  for (const child of children) if (child.connected) child.disconnect();
}

console.log('');
for (const miss of misses) console.log(`target missed: ${miss}`);
if (misses.length === 0) console.log('all targets are met');
process.exitCode = misses.length === 0 ? 0 : 1;

function mebibytes(bytes) {
  return `${(bytes / MEBIBYTE).toPrecision(3)} MiB`;
}
