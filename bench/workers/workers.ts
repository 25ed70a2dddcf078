import { join } from 'node:path';
import { openLmdbPolicyStore } from '@crossgate/policy-store';
import { turnUnderLoad } from '../harness/load.ts';
import { newCase, type PartResult, type Sample } from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { ask } from '../harness/raw-answer.ts';
import { type Contender, inRounds } from '../harness/rounds.ts';
import { withScratch, withStops } from '../harness/scratch.ts';
import { caseSection } from '../harness/tables.ts';
import { ASKING_ORIGINS, checkPreflights, preflight, SERVICES } from '../http/preflight.ts';
import { startCrossgate } from '../servers/crossgate.ts';

const WORKERS = [1, 2] as const;
const CONNECTIONS = 64;

/** Preflights of COS by one process and by several. */
export async function runWorkers(plan: Plan): Promise<PartResult> {
  return await withScratch(directory => withStops(stops => measure(directory, stops, plan)));
}

async function measure(directory: string, stops: (() => Promise<void>)[], plan: Plan): Promise<PartResult> {
  const [cos] = SERVICES;
  if (!cos) throw new Error('a service is missing');
  const contenders: Contender[] = [];
  for (const workers of WORKERS) {
    const dataDirectory = join(directory, String(workers));
    const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
    await store.put({ dialect: cos.dialect, tenant: cos.tenant }, cos.policy);
    await store.close();
    const crossgate = await startCrossgate({ dataDirectory, workers });
    stops.push(crossgate.stop);
    const { cos: port = 0 } = crossgate.ports;
    const name = nameOf(workers);
    const { byteLength } = await checkPreflights(name, cos, request => ask(port, request));
    const requests = ASKING_ORIGINS.map(origin => preflight(cos, origin));
    const run = (seconds: number): Promise<Sample> =>
      turnUnderLoad(
        { port, connections: CONNECTIONS, requests, seconds, expected: { byteLength } },
        crossgate.pid,
        name,
      );
    await run(plan.warmUpSeconds);
    contenders.push({ name, run: () => run(plan.sliceSeconds) });
  }
  const measured = newCase('Preflights of COS', nameOf(1), await inRounds(contenders, plan), plan);
  return {
    sections: [caseSection(measured)],
    findings: [],
    remarks: [
      'the floor is one worker; on two cores a second worker takes from the generator of load what it needs, so that the processor of each preflight tells more than the rate',
    ],
    leftOut: [],
  };
}

function nameOf(workers: number): string {
  return workers === 1 ? 'one worker' : `${workers} workers`;
}
