import { setTimeout as sleep } from 'node:timers/promises';
import { startEtcdEnvironment } from './environment.ts';
import type { Gateway } from './gateway.ts';
import { openClient } from './http-client.ts';
import { readPreflight, SERVICES } from './services.ts';
import { type Spread, spread } from './statistics.ts';

/** How soon a change is seen at other gateways. All in milliseconds. */
export interface PropagationReport {
  readonly gateways: number;
  readonly writes: number;
  /** From the beginning of a put until a preflight at another gateway is answered by it. */
  readonly seen: Spread;
  /** The same at the last of them. */
  readonly seenByAll: Spread;
  /** Until the put is acknowledged at its own gateway. */
  readonly acknowledged: Spread;
  /** A preflight: what was seen may have been there for so long. */
  readonly preflight: Spread;
  /** A put of as many bytes at etcd, without a gateway. */
  readonly etcdPut: Spread;
}

const GATEWAYS = 10;
const TIMEOUT_MILLISECONDS = 10_000;
const PAUSE_MILLISECONDS = 20;
const POLL_MILLISECONDS = 2;
/** Writes that come before the measured ones. */
const WARM_UP = 20;

export async function measurePropagation(writes: number): Promise<PropagationReport> {
  const environment = await startEtcdEnvironment({ gateways: GATEWAYS, workers: 1, isDirect: true });
  const client = openClient({ keepsConnections: true, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
  const { cos } = SERVICES;
  const tenant = cos.tenantName(1);
  const seen: number[] = [];
  const seenByAll: number[] = [];
  const acknowledged: number[] = [];
  const preflight: number[] = [];
  const etcdPut: number[] = [];

  async function put(gateway: Gateway | undefined, number: number): Promise<void> {
    const path = `/api/v1/tenants/cos/${tenant}/policy`;
    const body = JSON.stringify(cos.policy(number));
    const answer = await client.send(gateway?.addressOf('admin') ?? '', { method: 'PUT', path, body });
    if (answer.status !== 200) throw new Error(`a put was answered ${answer.status}: ${answer.text}`);
  }

  /** When a preflight was answered by a write. */
  async function untilSeen(gateway: Gateway, number: number): Promise<number> {
    const call = cos.preflight?.(tenant, 1);
    if (!call) throw new Error('preflights of this service do not tell the policy');
    for (;;) {
      const began = performance.now();
      const answer = await client.send(gateway.addressOf('cos') ?? '', call);
      const ended = performance.now();
      preflight.push(ended - began);
      if (readPreflight(answer) === number) return ended;
      // Asking without a pause would take the machine from those who are asked.
      await sleep(POLL_MILLISECONDS);
    }
  }

  async function putAtEtcd(): Promise<void> {
    const [endpoint = ''] = environment.cluster.endpoints;
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const body = JSON.stringify({ key: encoded('/floor'), value: encoded(JSON.stringify(cos.policy(1))) });
    const began = performance.now();
    await client.send(new URL(endpoint).host, { method: 'POST', path: '/v3/kv/put', body });
    etcdPut.push(performance.now() - began);
  }

  try {
    for (let number = 1; number <= WARM_UP + writes; number++) {
      const writer = environment.gateways[number % GATEWAYS];
      const others = environment.gateways.filter(gateway => gateway !== writer);
      const began = performance.now();
      const [ended, ...times] = await Promise.all([
        put(writer, number).then(() => performance.now()),
        ...others.map(gateway => untilSeen(gateway, number)),
      ]);
      if (number > WARM_UP) {
        acknowledged.push(ended - began);
        seen.push(...times.map(time => time - began));
        seenByAll.push(Math.max(...times) - began);
      }
      await putAtEtcd();
      await sleep(PAUSE_MILLISECONDS);
    }
  } finally {
    client.close();
    await environment.close();
  }
  return {
    gateways: GATEWAYS,
    writes,
    seen: spread(seen),
    seenByAll: spread(seenByAll),
    acknowledged: spread(acknowledged),
    preflight: spread(preflight),
    etcdPut: spread(etcdPut),
  };
}

export function formatPropagation(report: PropagationReport): string {
  const row = (name: string, { median, p99, max }: Spread): string =>
    `| ${name} | ${median.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |`;
  return [
    `${report.writes} puts, each at one of ${report.gateways} gateways, seen at the ${report.gateways - 1} others. Milliseconds:`,
    '',
    '| | median | p99 | max |',
    '|---|---:|---:|---:|',
    row('from the beginning of the put, seen at another gateway', report.seen),
    row('from the beginning of the put, seen at the last of them', report.seenByAll),
    row('the put, until it is acknowledged', report.acknowledged),
    row('of that: a put at etcd itself', report.etcdPut),
    row(`measuring: one preflight, every ${POLL_MILLISECONDS} ms`, report.preflight),
    '',
    'All processes, and the ten clients that ask all the time, shared the machine: one with more cores is faster.',
    'The members of etcd do not wait for their disks here; with disks, add what a commit takes.',
  ].join('\n');
}
