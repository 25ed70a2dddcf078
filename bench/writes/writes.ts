import { join } from 'node:path';
import { openLmdbPolicyStore } from '@crossgate/policy-store';
import { ETCD_MISSING, startEtcdCluster } from '../../test/support/etcd-cluster.ts';
import type { Running } from '../harness/child.ts';
import { turnUnderLoad } from '../harness/load.ts';
import {
  type Case,
  type Fact,
  type Finding,
  newCase,
  type PartResult,
  type Section,
  timesAsFast,
} from '../harness/measurement.ts';
import type { Plan } from '../harness/plan.ts';
import { ask, type RawAnswer, type RawRequest } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
import { type Contender, inRounds } from '../harness/rounds.ts';
import { withScratch, withStops } from '../harness/scratch.ts';
import { quantile } from '../harness/statistics.ts';
import { caseSection, factSection } from '../harness/tables.ts';
import { makeBucket } from '../servers/cos-request.ts';
import { startCrossgate } from '../servers/crossgate.ts';
import { keepWriting } from './keep-writing.ts';
import { BUCKETS, POLICY, putCors } from './policy-writes.ts';
import { measurePropagation } from './propagation.ts';
import { startRawLmdbBehindHttp } from './raw-http-server.ts';
import { openRawEtcd, openRawLmdb, openRawRecords, openRawTransactions } from './raw-stores.ts';

type Stops = (() => Promise<void>)[];

const WRITERS = [1, 64] as const;

const RAW_LMDB = 'raw LMDB';
const RAW_RECORDS = 'raw LMDB, the same records';
const RAW_BEHIND_HTTP = 'raw LMDB behind node:http';
const STORE = 'the policy store';
const OVER_HTTP = 'over HTTP';
const RAW_ETCD = 'raw etcd';
const RAW_TRANSACTIONS = 'raw etcd, the same transaction';

/** What a durable write of a policy costs. */
export async function runWrites(plan: Plan): Promise<PartResult> {
  return await withScratch(directory => withStops(stops => measure(directory, stops, plan)));
}

async function measure(directory: string, stops: Stops, plan: Plan): Promise<PartResult> {
  const onLmdb = await measureLmdb(directory, stops, plan);
  const onEtcd = ETCD_MISSING === undefined ? await measureEtcd(directory, stops, plan) : undefined;
  return {
    sections: [...onLmdb.map(caseSection), ...(onEtcd ?? [])],
    findings: onLmdb.flatMap(findingsOf),
    remarks: [
      'a write is on disk when it is acknowledged, of the floor too; the floor writes the bytes of the policy under one key, Crossgate also its history, the log of changes and the revision',
      'raw LMDB behind node:http: the floor of what is over HTTP; it is sent the same requests, puts the document as it came, and sends the same bytes',
      'raw LMDB, the same records: what these cost without the code of the store, which also reads, compares and removes what is old',
      'the store is called in this process, as the floor is, and alone writes in its directory, as in a server without workers; over HTTP: PUT Bucket cors, signed, with its document',
      'one etcd member, on the same disk, which syncs; raw etcd: puts through its JSON gateway; the same transaction: the entry, the newest revision and the end of the oldest entry, as Crossgate writes them, without waiting for a replica',
    ],
    leftOut: ETCD_MISSING === undefined ? [] : [ETCD_MISSING],
  };
}

async function measureLmdb(directory: string, stops: Stops, plan: Plan): Promise<readonly Case[]> {
  const raw = openRawLmdb(join(directory, 'raw'));
  stops.push(raw.close);
  const rawRecords = openRawRecords(join(directory, 'raw-records'));
  stops.push(rawRecords.close);
  const store = openLmdbPolicyStore({ directory: join(directory, 'store'), soleWriter: true });
  stops.push(() => store.close());
  const crossgate = await startCrossgate({ dataDirectory: join(directory, 'lmdb') });
  stops.push(crossgate.stop);
  const put = async (n: number): Promise<void> => {
    const { kind } = await store.put({ dialect: 'cos', tenant: BUCKETS[n % BUCKETS.length] ?? '' }, POLICY);
    insist(kind === 'written', () => `a write ended with '${kind}'`);
  };
  const answer = await makeBuckets(crossgate);
  const rawBehindHttp = await startRawLmdbBehindHttp({ directory: join(directory, 'raw-http'), answer });
  stops.push(rawBehindHttp.stop);
  const { main: rawPort = 0 } = rawBehindHttp.ports;
  const { byteLength } = await askToWrite(rawPort, putCors(BUCKETS[0] ?? ''));
  const cases: Case[] = [];
  for (const writers of WRITERS) {
    const contenders = [
      inProcess(STORE, writers, put, plan),
      inProcess(RAW_LMDB, writers, raw.put, plan),
      inProcess(RAW_RECORDS, writers, rawRecords.put, plan),
      overHttp({ name: RAW_BEHIND_HTTP, pid: rawBehindHttp.pid, port: rawPort, byteLength }, writers, plan),
      overHttp(crossgateOverHttp(crossgate, answer), writers, plan),
    ];
    cases.push(await run(`LMDB, ${writersName(writers)}`, RAW_LMDB, contenders, plan));
  }
  return cases;
}

async function measureEtcd(directory: string, stops: Stops, plan: Plan): Promise<readonly Section[]> {
  // Of the same flag the last one holds: here it is to be on disk.
  const cluster = await startEtcdCluster({ members: 1, flags: ['--unsafe-no-fsync=false'] });
  stops.push(cluster.stop);
  const [endpoint = ''] = cluster.endpoints;
  const raw = openRawEtcd(endpoint);
  stops.push(raw.close);
  const rawTransactions = openRawTransactions(endpoint);
  stops.push(rawTransactions.close);
  const servers: Running[] = [];
  for (const name of ['etcd-a', 'etcd-b']) {
    const server = await startCrossgate({ dataDirectory: join(directory, name), store: `etcd=${endpoint}` });
    stops.push(server.stop);
    servers.push(server);
  }
  const [first, second] = servers;
  if (!first || !second) throw new Error('a server is missing');
  const written = crossgateOverHttp(first, await makeBuckets(first));
  const sections: Section[] = [];
  for (const writers of WRITERS) {
    const contenders = [
      inProcess(RAW_ETCD, writers, raw.put, plan),
      inProcess(RAW_TRANSACTIONS, writers, rawTransactions.put, plan),
      overHttp(written, writers, plan),
    ];
    const measured = await run(`etcd, ${writersName(writers)}`, RAW_ETCD, contenders, plan);
    sections.push(caseSection(measured));
  }
  const { cos: secondPort = 0 } = second.ports;
  for (const bucket of BUCKETS.slice(0, 1)) await makeBucket(secondPort, bucket);
  const { delays, asking } = await measurePropagation(first, second);
  const facts = [0.5, 0.99].map((part): Fact => {
    const percent = `p${part * 100}`;
    return {
      name: percent,
      value: quantile(delays, part),
      unit: 'milliseconds',
      floor: { name: 'to ask once', value: quantile(asking, part) },
    };
  });
  const title = 'From an acknowledged write to the answer of another server on the same etcd';
  return [...sections, factSection(title, facts)];
}

async function run(name: string, floor: string, contenders: readonly Contender[], plan: Plan): Promise<Case> {
  await inRounds(contenders, { ...plan, rounds: 1 });
  return newCase(name, floor, await inRounds(contenders, plan), plan);
}

function writersName(writers: number): string {
  return writers === 1 ? 'one writer' : `${writers} writers`;
}

function inProcess(
  name: string,
  writers: number,
  write: (n: number) => Promise<unknown>,
  { sliceSeconds }: Plan,
): Contender {
  return { name, run: () => keepWriting(writers, sliceSeconds, write) };
}

const WRITES = BUCKETS.map(bucket => putCors(bucket));

/** Makes the buckets, for COS has no rules of others. The result is how a write is answered. */
async function makeBuckets({ ports: { cos: port = 0 } }: Running): Promise<RawAnswer> {
  for (const bucket of BUCKETS) await makeBucket(port, bucket);
  for (const request of WRITES) await askToWrite(port, request);
  // From the second write on, the answer varies with the origin.
  return await askToWrite(port, putCors(BUCKETS[0] ?? ''));
}

async function askToWrite(port: number, request: RawRequest): Promise<RawAnswer> {
  const answer = await ask(port, request);
  insist(answer.status === 200, () => `a policy was not taken: ${answer.status} ${answer.body}`);
  return answer;
}

interface OverHttp {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly byteLength: number;
}

function crossgateOverHttp({ pid, ports: { cos: port = 0 } }: Running, { byteLength }: RawAnswer): OverHttp {
  return { name: OVER_HTTP, pid, port, byteLength };
}

function overHttp(
  { name, pid, port, byteLength }: OverHttp,
  writers: number,
  { sliceSeconds: seconds }: Plan,
): Contender {
  const load = { port, connections: writers, requests: WRITES, seconds, expected: { byteLength } };
  return { name, run: () => turnUnderLoad(load, pid, name) };
}

const FLOORS: readonly string[] = [RAW_LMDB, RAW_RECORDS, RAW_BEHIND_HTTP];

function findingsOf(measured: Case): readonly Finding[] {
  const findings = measured.series.flatMap(({ contestant }): readonly Finding[] =>
    FLOORS.includes(contestant)
      ? []
      : [
          {
            target: 'writes-lmdb',
            of: `${measured.name}, ${contestant}`,
            value: timesAsFast(measured, contestant, RAW_LMDB),
          },
        ],
  );
  const value = timesAsFast(measured, OVER_HTTP, RAW_BEHIND_HTTP);
  return [...findings, { target: 'writes-http', of: measured.name, value }];
}
