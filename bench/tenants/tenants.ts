import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../harness/child.ts';
import { type Access, turnUnderLoad } from '../harness/load.ts';
import {
  type Fact,
  type Finding,
  newCase,
  type PartResult,
  type Sample,
  type Series,
  timesAsFast,
} from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { residentMemory } from '../harness/process-usage.ts';
import { ask, headerOf } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
import { inRounds } from '../harness/rounds.ts';
import { withScratch, withStops } from '../harness/scratch.ts';
import { type Spread, spreadOf } from '../harness/statistics.ts';
import { caseSection, factSection } from '../harness/tables.ts';
import { startCrossgate } from '../servers/crossgate.ts';
import { fillStore, numberOf, TENANT_MARK, tenantPreflight } from './many-tenants.ts';

const CONNECTIONS = 64;
const FEW = 10_000;

/** A store with so many tenants. */
interface Population {
  readonly count: number;
  readonly name: string;
  readonly dataDirectory: string;
}

/** What comes of the number of tenants: rate, latency, memory, start-up. */
export async function runTenants(plan: Plan): Promise<PartResult> {
  return await withScratch(async scratch => {
    const populations: Population[] = [];
    const fills: string[] = [];
    for (const count of [1, FEW, plan.manyTenants]) {
      const dataDirectory = join(scratch, String(count));
      const started = performance.now();
      await fillStore(join(dataDirectory, 'policies'), count);
      fills.push(`${nameOf(count)} ${((performance.now() - started) / 1000).toFixed(1)} s`);
      populations.push({ count, name: nameOf(count), dataDirectory });
    }
    const cold = await measureCold(populations, plan);
    const warm = await measureWarm(populations, plan);
    const many = nameOf(plan.manyTenants);
    const isMillion = plan.manyTenants === 1e6;
    const warmCase = newCase('Warm: all have been served for a while', nameOf(1), warm.series, plan);
    const coldCase = newCase('Cold: the first requests of a process', nameOf(1), cold.series, {
      ...plan,
      leastRounds: COLD_LAUNCHES,
    });
    const accesses = warm.series.flatMap(({ contestant }) => (contestant.startsWith(many) ? contestant : []));
    const findings: Finding[] = [
      ...accesses.map(
        (contestant): Finding => ({
          target: 'tenants-rate',
          of: contestant,
          value: timesAsFast(warmCase, contestant, nameOf(1)),
        }),
      ),
      ...warm.memory
        .filter(({ name }) => name === many)
        .map(({ name, value }): Finding => ({ target: 'tenants-memory', of: name, value: exactly(value) })),
      { target: 'tenants-start', of: many, value: cold.startUps.get(many) ?? exactly(Number.NaN) },
    ];
    return {
      sections: [
        caseSection(warmCase),
        caseSection(coldCase),
        factSection('Memory beyond the page cache, after all that', factsOf(warm.memory, 'bytes')),
        factSection(
          'From the start of the process to `/readyz`',
          factsOf(
            [...cold.startUps].map(([name, { median }]) => ({ name, value: median })),
            'milliseconds',
          ),
        ),
      ],
      findings: isMillion ? findings : [],
      remarks: [
        'COS, two rules for each tenant, lmdb; the floor is a store of one tenant',
        'zipf: a tenant is asked for in proportion to its rank; every turn asks for others',
        cold.droppedPages
          ? `cold: a new process, ${COLD_LAUNCHES} of each, after the page cache was dropped; uniform access; start-up is of these`
          : `cold: a new process, ${COLD_LAUNCHES} of each; the page cache could not be dropped, which takes root; uniform access`,
        `filled before, which is not counted: ${fills.join(', ')}`,
      ],
      leftOut: [],
    };
  });
}

function nameOf(count: number): string {
  return count === 1 ? 'one tenant' : `${count.toLocaleString('en')} tenants`;
}

function exactly(value: number): Spread {
  return { median: value, low: value, high: value };
}

interface Named {
  readonly name: string;
  readonly value: number;
}

/** The first is the floor of the others. */
function factsOf(values: readonly Named[], unit: Fact['unit']): readonly Fact[] {
  const [floor] = values;
  return floor ? values.map(({ name, value }) => ({ name, value, unit, floor })) : [];
}

interface Warm {
  readonly series: readonly Series[];
  readonly memory: readonly Named[];
}

async function measureWarm(populations: readonly Population[], plan: Plan): Promise<Warm> {
  return await withStops(async stops => {
    const contenders: { name: string; run: () => Promise<Sample> }[] = [];
    const servers: { readonly name: string; readonly pid: number }[] = [];
    for (const { count, name, dataDirectory } of populations) {
      const crossgate = await startCrossgate({ dataDirectory });
      stops.push(crossgate.stop);
      servers.push({ name, pid: crossgate.pid });
      const byteLength = await checkTenants(crossgate, count);
      for (const pattern of count === 1 ? (['uniform'] as const) : (['uniform', 'zipf'] as const)) {
        const full = count === 1 ? name : `${name}, ${pattern}`;
        const run = (seconds: number): Promise<Sample> =>
          turn(crossgate, { count, pattern }, seconds, byteLength, full);
        await run(plan.warmUpSeconds);
        contenders.push({ name: full, run: () => run(plan.sliceSeconds) });
      }
    }
    const series = await inRounds(contenders, plan);
    const memory = servers.flatMap(({ name, pid }) => {
      const resident = residentMemory(pid);
      return resident ? [{ name, value: resident.ownBytes }] : [];
    });
    return { series, memory };
  });
}

const COLD_LAUNCHES = 3;

interface Cold {
  readonly series: readonly Series[];
  readonly startUps: ReadonlyMap<string, Spread>;
  readonly droppedPages: boolean;
}

/** Starts each population anew, again and again, and looks at its first requests. */
async function measureCold(populations: readonly Population[], plan: Plan): Promise<Cold> {
  const samples = populations.map((): Sample[] => []);
  const startUps = populations.map((): number[] => []);
  let droppedPages = true;
  for (let launch = 0; launch < COLD_LAUNCHES; launch++) {
    for (const [at, { count, name, dataDirectory }] of populations.entries()) {
      droppedPages = dropPageCache() && droppedPages;
      const started = performance.now();
      const crossgate = await startCrossgate({ dataDirectory });
      try {
        await untilReady(crossgate);
        startUps[at]?.push(performance.now() - started);
        const byteLength = await checkTenants(crossgate, count);
        const access: Access = { count, pattern: 'uniform' };
        samples[at]?.push(await turn(crossgate, access, plan.sliceSeconds, byteLength, name));
      } finally {
        await crossgate.stop();
      }
    }
  }
  return {
    series: populations.map(({ name }, at) => ({ contestant: name, samples: samples[at] ?? [] })),
    startUps: new Map(populations.map(({ name }, at) => [name, spreadOf(startUps[at] ?? [])])),
    droppedPages,
  };
}

function dropPageCache(): boolean {
  try {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

async function untilReady({ ports: { admin = 0 } }: Running): Promise<void> {
  const request = { method: 'GET', path: '/readyz', headers: { Host: '127.0.0.1' } };
  while ((await ask(admin, request)).status !== 200) await sleep(5);
}

async function turn(
  { pid, ports: { cos: port = 0 } }: Running,
  access: Access,
  seconds: number,
  byteLength: number,
  name: string,
): Promise<Sample> {
  return await turnUnderLoad(
    {
      port,
      connections: CONNECTIONS,
      requests: [tenantPreflight(TENANT_MARK)],
      seconds,
      expected: { byteLength },
      access,
    },
    pid,
    name,
  );
}

/** Whether tenants let in their own site, and no other's. The result is how long the answers are. */
async function checkTenants({ ports: { cos: port = 0 } }: Running, count: number): Promise<number> {
  let byteLength = 0;
  for (const n of new Set([0, Math.floor(count / 3), count - 1])) {
    const own = numberOf(n);
    const answer = await ask(port, tenantPreflight(own));
    const origin = headerOf(answer.headers, 'access-control-allow-origin');
    insist(origin === `https://app.t${own}.example.com`, () => `tenant ${own} does not let in its own site`);
    byteLength = answer.byteLength;
    const refused = await ask(port, tenantPreflight(own, numberOf(n + 1)));
    const refusedOrigin = headerOf(refused.headers, 'access-control-allow-origin');
    insist(
      refused.status === 403 && refusedOrigin === undefined,
      () => `tenant ${own} lets in another's site`,
    );
  }
  return byteLength;
}
