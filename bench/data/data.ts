import { join } from 'node:path';
import { turnUnderLoad } from '../harness/load.ts';
import {
  type Case,
  type Finding,
  newCase,
  type PartResult,
  type Sample,
  timesAsFast,
} from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { residentMemory } from '../harness/process-usage.ts';
import { ask, headerOf, type RawRequest } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
import { inRounds } from '../harness/rounds.ts';
import { withScratch, withStops } from '../harness/scratch.ts';
import { caseSection, factSection } from '../harness/tables.ts';
import type { DataServer } from './data-server.ts';
import { FILES, startStores } from './embedded.ts';
import { BARE, GATEWAY, ORIGIN, startProxies } from './proxied.ts';
import { FILLING, GIBIBYTE, KIBIBYTE, MEBIBYTE, sizeName } from './sizes.ts';
import { openStreamLoad, type StreamLoad } from './stream-load.ts';

interface Transfer {
  readonly method: 'GET' | 'PUT';
  readonly size: number;
  readonly connections: number;
  readonly seconds: number;
}

const METHODS = ['PUT', 'GET'] as const;

/** One connection for the largest: what a user sees of one transfer. */
const PROXIED: readonly Transfer[] = METHODS.flatMap(method => [
  { method, size: KIBIBYTE, connections: 32, seconds: 1 },
  { method, size: MEBIBYTE, connections: 8, seconds: 1 },
  { method, size: 64 * MEBIBYTE, connections: 4, seconds: 1 },
  { method, size: GIBIBYTE, connections: 1, seconds: 1 },
]);

const EMBEDDED_TRANSFERS: readonly Transfer[] = METHODS.flatMap(method => [
  { method, size: KIBIBYTE, connections: 16, seconds: 1 },
  { method, size: MEBIBYTE, connections: 4, seconds: 1 },
  { method, size: 64 * MEBIBYTE, connections: 2, seconds: 1 },
]);

/** Bodies through the gateway, and in the embedded store. */
export async function runData(plan: Plan): Promise<PartResult> {
  return await withScratch(directory => withStops(stops => measure(directory, stops, plan)));
}

async function measure(directory: string, stops: (() => Promise<void>)[], plan: Plan): Promise<PartResult> {
  const streams = openStreamLoad();
  stops.push(streams.stop);
  const { servers, leftOut } = await startProxies(join(directory, 'gateway'), stops);
  const stores = await startStores(directory, stops);
  const cases: Case[] = [];
  const growths: { readonly name: string; readonly value: number }[] = [];
  for (const transfer of PROXIED) {
    const { measured, growth } = await measureTransfer('proxied', transfer, servers, BARE, streams, plan);
    cases.push(measured);
    if (transfer.size === GIBIBYTE) {
      for (const { name } of servers.slice(0, 2)) {
        growths.push({ name: `${name}, ${transfer.method}`, value: growth.get(name) ?? Number.NaN });
      }
    }
  }
  for (const transfer of EMBEDDED_TRANSFERS) {
    cases.push((await measureTransfer('embedded', transfer, stores, FILES, streams, plan)).measured);
  }
  const facts = growths.map(fact => {
    const floor = growths.find(({ name }) => name === fact.name.replace(GATEWAY, BARE)) ?? fact;
    return { ...fact, unit: 'bytes' as const, floor };
  });
  return {
    sections: [
      ...cases.map(caseSection),
      factSection('Own memory that 1 GiB on its way through added, at the most', facts),
    ],
    findings: [
      ...cases.flatMap(findingsOf),
      ...facts
        .filter(({ name }) => name.startsWith(GATEWAY))
        .map(
          ({ name, value }): Finding => ({
            target: 'data-memory',
            of: name,
            value: { median: value, low: value, high: value },
          }),
        ),
    ],
    remarks: [
      `${roundsOf(plan)} rounds; the memory is that of all of them`,
      'proxied: COS before an upstream of node:http, with a rule that adds CORS headers; bare undici is the floor: its dispatcher into the response of node:http, no more',
      'every byte is compared where it arrives; bodies from 1 MiB on come from and go to raw sockets of Node, which need more of the processors than wrk',
      'embedded: PUT is on disk when it is answered; the floor is a server of plain files that does the same, without signatures, checksums or an index',
    ],
    leftOut,
  };
}

/** A round of large bodies is long. */
function roundsOf({ rounds, leastRounds }: Plan): number {
  return Math.min(rounds, leastRounds);
}

async function measureTransfer(
  kind: string,
  transfer: Transfer,
  servers: readonly DataServer[],
  floor: string,
  streams: StreamLoad,
  plan: Plan,
): Promise<{ readonly measured: Case; readonly growth: ReadonlyMap<string, number> }> {
  const { method, size, seconds } = transfer;
  const name = `${kind} ${method} of ${sizeName(size)}`;
  const growth = new Map<string, number>();
  const contenders = [];
  for (const server of servers) {
    const run = await contender(server, transfer, streams);
    await run(size >= GIBIBYTE ? seconds : plan.warmUpSeconds);
    const before = residentMemory(server.pid)?.ownBytes ?? Number.NaN;
    contenders.push({
      name: server.name,
      run: async () => {
        const watch = watchMemory(server.pid);
        const sample = await run(seconds);
        growth.set(server.name, Math.max(growth.get(server.name) ?? 0, watch.stop() - before));
        return sample;
      },
    });
  }
  const series = await inRounds(contenders, { ...plan, rounds: roundsOf(plan) });
  const measured = newCase(name, floor, series, {
    ...plan,
    leastRequests: size >= MEBIBYTE ? 1 : plan.leastRequests,
  });
  return { measured, growth };
}

/** The most that a process had of its own memory while it was looked at. */
function watchMemory(pid: number): { readonly stop: () => number } {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, residentMemory(pid)?.ownBytes ?? Number.NaN);
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

/** A turn of a server: small bodies by the generator of load, large ones over raw sockets. */
async function contender(
  { name, pid, port, pathOf, headersOf }: DataServer,
  { method, size, connections }: Transfer,
  streams: StreamLoad,
): Promise<(seconds: number) => Promise<Sample>> {
  const path = pathOf(size);
  const headers = headersOf(method, path);
  if (size >= MEBIBYTE) {
    return seconds =>
      streams.turn(
        { port, method, path, headers, size, connections, milliseconds: seconds * 1000 },
        pid,
        name,
      );
  }
  const request: RawRequest = {
    method,
    path,
    headers,
    ...(method === 'PUT' && { body: FILLING.repeat(size) }),
  };
  const answer = await ask(port, request);
  const right = method === 'PUT' ? '' : FILLING.repeat(size);
  insist(
    answer.status === 200 && answer.body === right,
    () => `${name} answers ${method} ${path} with ${answer.status}`,
  );
  if (name === GATEWAY) {
    const allowed = headerOf(answer.headers, 'access-control-allow-origin');
    insist(allowed === ORIGIN, () => `${name} adds no CORS headers`);
  }
  return seconds =>
    turnUnderLoad(
      { port, connections, requests: [request], seconds, expected: { byteLength: answer.byteLength } },
      pid,
      name,
    );
}

function findingsOf(measured: Case): readonly Finding[] {
  const finding = (target: Finding['target']): readonly Finding[] => [
    { target, of: measured.name, value: timesAsFast(measured, GATEWAY, BARE) },
  ];
  if (measured.name === 'proxied GET of 1 KiB') return finding('data-small');
  if (measured.name.startsWith('proxied') && measured.name.endsWith('1 GiB')) return finding('data-large');
  return [];
}
