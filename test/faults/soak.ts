import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cosHost } from '../support/cos-http.ts';
import { signedQingstorHeaders } from '../support/qingstor-http.ts';
import { residentBytes } from '../support/resident-memory.ts';
import { cosAuthorization } from '../support/sign-cos.ts';
import { startEtcdEnvironment } from './environment.ts';
import type { Gateway } from './gateway.ts';
import { type Answer, type Call, openClient } from './http-client.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { RULES, SERVICES, type ServiceId } from './services.ts';
import { type Spread, slope, spread } from './statistics.ts';

export interface SoakReport {
  readonly seconds: number;
  /** By what was asked. */
  readonly requests: ReadonlyMap<string, number>;
  readonly milliseconds: Spread;
  /** The first of them. */
  readonly errors: readonly string[];
  readonly errorCount: number;
  /** Of the gateway, when it was warm, at the end, and between: what is left when garbage was just collected. */
  readonly memory: {
    readonly warmBytes: number;
    readonly endBytes: number;
    readonly bytesPerMinute: number;
  };
}

const CLIENTS = 48;
const WRITE_SHARE = 0.01;
const PREFLIGHT_SHARE = 0.6;
/** Few, so that their histories are full when the measurement begins. */
const TENANTS_EACH = 4;
const SERVICE_IDS: readonly ServiceId[] = ['cos', 'qingstor', 'azure-tables', 'boomi'];
const SAMPLE_MILLISECONDS = 1_000;
/** Into which the time is cut, each longer than garbage goes uncollected when a soak takes minutes. */
const PARTS = 10;
const WARM_UP_SHARE = 0.25;
const LONGEST_WARM_UP_MILLISECONDS = 120_000;
const TIMEOUT_MILLISECONDS = 10_000;
const ERRORS_KEPT = 10;
/** Latencies are kept of every so many requests. */
const LATENCY_SAMPLE = 50;
const BODY = 'x'.repeat(2_000);

/** One request of the load. */
interface Planned {
  readonly name: string;
  readonly listener: ServiceId | 'admin';
  readonly call: Call;
}

export async function soak(minutes: number, seed: number): Promise<SoakReport> {
  const upstream = await startUpstream();
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const args = ['--upstream', `azure-tables=${url}`, '--upstream', `boomi=${url}`];
  const environment = await startEtcdEnvironment({ gateways: 1, workers: 1, isDirect: true, args });
  const client = openClient({ keepsConnections: true, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
  const [gateway] = environment.gateways;
  if (!gateway) throw new Error('there is a gateway');
  const requests = new Map<string, number>();
  const latencies: number[] = [];
  const errors: string[] = [];
  let [errorCount, count, number] = [0, 0, 0];

  async function send({ name, listener, call }: Planned): Promise<void> {
    const began = performance.now();
    const problem = await client.send(gateway?.addressOf(listener) ?? '', call).then(
      ({ status, text }: Answer) =>
        status >= 200 && status < 300 ? undefined : `${status} ${text.slice(0, 200)}`,
      (error: unknown) => String(error),
    );
    count += 1;
    if (count % LATENCY_SAMPLE === 0) latencies.push(performance.now() - began);
    requests.set(name, (requests.get(name) ?? 0) + 1);
    if (problem === undefined) return;
    errorCount += 1;
    if (errors.length < ERRORS_KEPT) errors.push(`${name}: ${problem}`);
  }

  async function load(random: SeededRandom, until: number): Promise<void> {
    while (performance.now() < until) {
      number += 1;
      await send(plan(random, number));
    }
  }

  try {
    const random = seededRandom(seed);
    for (const call of preparations()) await send(call);
    if (errorCount > 0) throw new Error(`the load cannot be prepared: ${errors.join('; ')}`);
    requests.clear();
    const began = performance.now();
    const milliseconds = minutes * 60_000;
    const warm = Math.min(LONGEST_WARM_UP_MILLISECONDS, milliseconds * WARM_UP_SHARE);
    const clients = Array.from({ length: CLIENTS }, () => load(random.fork(), began + milliseconds));
    const samples = await sample(gateway, began + warm, began + milliseconds);
    await Promise.all(clients);
    const lows = lowsOf(samples);
    const [first] = lows;
    const last = lows.at(-1);
    if (!first || !last) throw new Error('the soak was too short to measure memory');
    return {
      seconds: (performance.now() - began) / 1000,
      requests,
      milliseconds: spread(latencies),
      errors,
      errorCount,
      memory: { warmBytes: first[1], endBytes: last[1], bytesPerMinute: slope(lows) * 60_000 },
    };
  } finally {
    client.close();
    await environment.close();
    upstream.closeAllConnections();
    upstream.close();
  }
}

/** Memory over time, from when the gateway is warm. */
async function sample(gateway: Gateway, from: number, until: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  await sleep(from - performance.now());
  while (performance.now() < until) {
    samples.push([performance.now(), residentBytes(gateway.processId() ?? 0)]);
    await sleep(SAMPLE_MILLISECONDS);
  }
  return samples;
}

type Sample = readonly [milliseconds: number, bytes: number];

/** The lowest of each part of the time: memory goes up and down with the collection of garbage. */
function lowsOf(samples: readonly Sample[]): readonly Sample[] {
  const length = Math.max(1, Math.floor(samples.length / PARTS));
  return Array.from({ length: Math.floor(samples.length / length) }, (_, part) =>
    samples
      .slice(part * length, (part + 1) * length)
      .reduce((lowest, sample) => (sample[1] < lowest[1] ? sample : lowest)),
  );
}

/** In place of the services that have no store of their own. */
async function startUpstream(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"value":[]}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function tenantsOf(service: ServiceId): readonly string[] {
  return Array.from({ length: TENANTS_EACH }, (_, index) => SERVICES[service].tenantName(index + 1));
}

function cosCall(tenant: string, method: string, target: string, body?: string): Call {
  const host = cosHost(tenant);
  const authorization = cosAuthorization({ method, target, headers: { host } });
  const headers = { Host: host, Authorization: authorization, Origin: 'https://r1.test' };
  return { method, path: target, headers, ...(body !== undefined && { body }) };
}

function qingstorCall(method: string, target: string, body?: string): Call {
  const headers = { ...signedQingstorHeaders({ method, target }), Origin: 'https://r1.test' };
  return { method, path: target, headers, ...(body !== undefined && { body }) };
}

/** Buckets, objects and policies of all tenants. */
function preparations(): readonly Planned[] {
  const name = 'preparations';
  return [
    ...tenantsOf('cos').flatMap((tenant): Planned[] => [
      { name, listener: 'cos', call: cosCall(tenant, 'PUT', '/') },
      { name, listener: 'cos', call: cosCall(tenant, 'PUT', '/key', BODY) },
    ]),
    ...tenantsOf('qingstor').flatMap((tenant): Planned[] => [
      { name, listener: 'qingstor', call: qingstorCall('PUT', `/${tenant}`) },
      { name, listener: 'qingstor', call: qingstorCall('PUT', `/${tenant}/key`, BODY) },
    ]),
    ...SERVICE_IDS.flatMap(id => tenantsOf(id).map(tenant => policyPut(id, tenant, 1))),
  ];
}

function policyPut(id: ServiceId, tenant: string, number: number): Planned {
  const path = `/api/v1/tenants/${id}/${tenant}/policy`;
  const body = JSON.stringify(SERVICES[id].policy(number));
  return { name: 'policy writes', listener: 'admin', call: { method: 'PUT', path, body } };
}

function plan(random: SeededRandom, number: number): Planned {
  const id = random.pick(SERVICE_IDS);
  const tenant = random.pick(tenantsOf(id));
  const share = random.next();
  if (share < WRITE_SHARE) {
    const put = random.chance(0.5) ? SERVICES[id].put : undefined;
    return put
      ? { name: 'policy writes', listener: id, call: put(tenant, number) }
      : policyPut(id, tenant, number);
  }
  const preflight = SERVICES[id].preflight;
  if (share < WRITE_SHARE + PREFLIGHT_SHARE && preflight) {
    return { name: 'preflights', listener: id, call: preflight(tenant, 1 + random.below(RULES)) };
  }
  return { name: 'data requests', listener: id, call: dataCall(random, id, tenant) };
}

function dataCall(random: SeededRandom, id: ServiceId, tenant: string): Call {
  const isPut = random.chance(0.1);
  const Origin = 'https://r1.test';
  switch (id) {
    case 'cos':
      return isPut ? cosCall(tenant, 'PUT', '/key', BODY) : cosCall(tenant, 'GET', '/key');
    case 'qingstor':
      return isPut ? qingstorCall('PUT', `/${tenant}/key`, BODY) : qingstorCall('GET', `/${tenant}/key`);
    case 'azure-tables':
      return { method: 'GET', path: `/${tenant}/table()`, headers: { Origin } };
    case 'boomi':
      return { method: 'GET', path: `/api/rest/v1/${tenant}/Atom/query`, headers: { Origin } };
    default:
      return id satisfies never;
  }
}

const MEGABYTE = 1024 * 1024;

export function formatSoak({ seconds, requests, milliseconds, errorCount, memory }: SoakReport): string {
  const all = Array.from(requests.values()).reduce((sum, times) => sum + times, 0);
  const mega = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
  return [
    `${all.toLocaleString('en-US')} requests in ${Math.round(seconds)} s by ${CLIENTS} clients, on all four listeners of one gateway with its policies in etcd: ` +
      `${Math.round(all / seconds).toLocaleString('en-US')} a second, clients and etcd on the same machine.`,
    '',
    '| | |',
    '|---|---:|',
    ...Array.from(requests, ([name, times]) => `| ${name} | ${times.toLocaleString('en-US')} |`),
    `| errors | ${errorCount} |`,
    `| answered in, ms: median, p99, max | ${milliseconds.median.toFixed(1)}, ${milliseconds.p99.toFixed(1)}, ${milliseconds.max.toFixed(0)} |`,
    `| lowest resident memory when warm, MB | ${mega(memory.warmBytes)} |`,
    `| at the end, MB | ${mega(memory.endBytes)} |`,
    `| slope between, MB a minute | ${mega(memory.bytesPerMinute)} |`,
  ].join('\n');
}
