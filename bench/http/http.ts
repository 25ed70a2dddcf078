import { join } from 'node:path';
import { openLmdbPolicyStore } from '@crossgate/policy-store';
import { type Running, startModule } from '../harness/child.ts';
import { turnUnderLoad } from '../harness/load.ts';
import { type Case, type Finding, newCase, type PartResult, timesAsFast } from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { ask, type RawAnswer } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
import { inRounds } from '../harness/rounds.ts';
import { withScratch, withStops } from '../harness/scratch.ts';
import { caseSection } from '../harness/tables.ts';
import { startCrossgate } from '../servers/crossgate.ts';
import { NGINX, NGINX_MISSING, startNginx } from '../servers/nginx.ts';
import { startAzuriteWithRules } from './azurite-cors.ts';
import { startFloor } from './floor-server.ts';
import { NGINX_RECIPE } from './nginx-recipe.ts';
import {
  ASKING_ORIGINS,
  checkAllowed,
  checkPreflights,
  preflight,
  SERVICES,
  type Service,
} from './preflight.ts';

const CONNECTIONS = 64;

/** Who answers preflights in this part. */
interface Contestant {
  readonly name: string;
  readonly service: Service;
  readonly pid: number;
  readonly port: number;
  /** Of every answer. */
  readonly byteLength: number;
}

/** Preflights over connections that are kept, by policies of 100 rules. */
export async function runHttp(plan: Plan): Promise<PartResult> {
  return await withScratch(dataDirectory => withStops(stops => measure(dataDirectory, stops, plan)));
}

async function measure(
  dataDirectory: string,
  stops: (() => Promise<void>)[],
  plan: Plan,
): Promise<PartResult> {
  await storePolicies(dataDirectory);
  const crossgate = await startCrossgate({ dataDirectory });
  stops.push(crossgate.stop);
  const { contestants, leftOut } = await openContestants(crossgate, stops);
  const contenders = contestants.map(contestant => ({
    name: contestant.name,
    run: () => turn(contestant, plan.sliceSeconds),
  }));
  for (const contestant of contestants) await turn(contestant, plan.warmUpSeconds);
  const series = await inRounds(contenders, plan);
  for (const contestant of contestants) await checkOnce(contestant);
  const cases = SERVICES.map(({ dialect }) => {
    const floor = floorName(dialect);
    const own = series.filter(({ contestant }) => contestant === dialect || contestant === floor);
    const others = series.filter(({ contestant }) => isPeer(contestant, dialect));
    return newCase(`preflights of ${dialect}`, floor, [...own, ...others], plan);
  });
  const sections = cases.map(caseSection);
  return { sections, findings: cases.flatMap(findingsOf), remarks: REMARKS, leftOut };
}

const REMARKS = [
  `${CONNECTIONS} connections, ${ASKING_ORIGINS.length} origins in turns, the headers of a Chromium, lmdb as the store`,
  'the floor is bare node:http: it sends the bytes of Crossgate’s answer, whatever it is asked',
  'the services’ own limits of rules are passed over: Azure takes five, here it has 100 as the others do',
  'Azurite is a peer of azure-tables alone, nginx is written in C and is there to compare, without a target',
];

/** Past the checks of the services, which differ in how many rules they take. */
async function storePolicies(dataDirectory: string): Promise<void> {
  const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
  for (const { dialect, tenant, policy } of SERVICES) await store.put({ dialect, tenant }, policy);
  await store.close();
}

async function openContestants(
  crossgate: Running,
  stops: (() => Promise<void>)[],
): Promise<{ readonly contestants: readonly Contestant[]; readonly leftOut: readonly string[] }> {
  const answers: Record<string, RawAnswer> = {};
  const contestants: Contestant[] = [];
  const leftOut: string[] = [];
  for (const service of SERVICES) {
    const port = crossgate.ports[service.dialect] ?? 0;
    const answer = await checkPreflights(service.dialect, service, request => ask(port, request));
    answers[service.dialect] = answer;
    const { byteLength } = answer;
    contestants.push({ name: service.dialect, service, pid: crossgate.pid, port, byteLength });
  }
  const floor = await startFloor(answers);
  stops.push(floor.stop);
  for (const { name, service } of [...contestants]) {
    const port = floor.ports[name] ?? 0;
    const answer = await ask(port, preflight(service, ASKING_ORIGINS[0] ?? ''));
    checkSameBytes(floorName(name), answer, answers[name]);
    const { byteLength } = answer;
    contestants.push({ name: floorName(name), service, pid: floor.pid, port, byteLength });
  }

  const join = async (name: string, service: Service, running: Running): Promise<void> => {
    stops.push(running.stop);
    const [port = 0] = Object.values(running.ports);
    const { byteLength } = await checkPreflights(name, service, request => ask(port, request));
    contestants.push({ name, service, pid: running.pid, port, byteLength });
  };
  const [cos, , azureTables] = SERVICES;
  if (!cos || !azureTables) throw new Error('a service is missing');
  for (const { name, module } of PEERS) {
    await join(name, cos, await startModule(new URL(module, import.meta.url), undefined));
  }
  const { url, processId, stop } = await startAzuriteWithRules();
  await join(AZURITE, azureTables, { pid: processId, ports: { main: Number(new URL(url).port) }, stop });
  if (NGINX) await join('nginx', cos, await startNginx(NGINX, NGINX_RECIPE));
  else leftOut.push(NGINX_MISSING);
  return { contestants, leftOut };
}

const PEERS = [
  { name: 'express + cors', module: 'express-server.js' },
  { name: 'fastify + @fastify/cors', module: 'fastify-server.js' },
  { name: 'hono + hono/cors', module: 'hono-server.js' },
] as const;

const AZURITE = 'Azurite';

function floorName(dialect: string): string {
  return `node:http, as ${dialect}`;
}

function isPeer(contestant: string, dialect: string): boolean {
  if (contestant === AZURITE) return dialect === 'azure-tables';
  return contestant === 'nginx' || PEERS.some(({ name }) => name === contestant);
}

/** @throws Refusal when the floor sends something else than Crossgate, but for the date */
function checkSameBytes(name: string, answer: RawAnswer, expected: RawAnswer | undefined): void {
  const text = ({ status, headers, body }: RawAnswer): string => {
    const lines = headers
      .filter(([header]) => header !== 'Date')
      .map(([header, value]) => `${header}: ${value}`);
    // Where `Date` and `Connection` stand among the others is Node's choice.
    return [String(status), ...lines.sort(), body].join('\n');
  };
  const isSame = expected !== undefined && text(answer) === text(expected);
  insist(isSame && answer.byteLength === expected.byteLength, () => `${name} does not send the same bytes`);
}

async function checkOnce({ name, service, port }: Contestant): Promise<void> {
  const origin = ASKING_ORIGINS[0] ?? '';
  checkAllowed(name, await ask(port, preflight(service, origin)), origin);
}

async function turn(
  { name, service, pid, port, byteLength }: Contestant,
  seconds: number,
): ReturnType<typeof turnUnderLoad> {
  const requests = ASKING_ORIGINS.map(origin => preflight(service, origin));
  return await turnUnderLoad(
    { port, connections: CONNECTIONS, requests, seconds, expected: { byteLength } },
    pid,
    name,
  );
}

function findingsOf(measured: Case): readonly Finding[] {
  const [ours] = measured.series;
  if (!ours) return [];
  const { contestant } = ours;
  const against = (other: string, target: Finding['target']): readonly Finding[] =>
    measured.series.some(candidate => candidate.contestant === other)
      ? [{ target, of: contestant, value: timesAsFast(measured, contestant, other) }]
      : [];
  return [
    ...against(measured.floor, 'http-floor'),
    ...against('express + cors', 'http-express'),
    ...against('fastify + @fastify/cors', 'http-fastify'),
    ...against(AZURITE, 'http-azurite'),
  ];
}
