import { open, type RootDatabase } from 'lmdb';
import { Pool } from 'undici';
import { insist } from '../harness/refusal.ts';
import { BUCKETS, POLICY } from './policy-writes.ts';

/** A store without policies: a key and its bytes, durable when the promise settles. */
export interface RawStore {
  readonly put: (n: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const BYTES = Buffer.from(JSON.stringify(POLICY));
/** A record has whose policy it is, its revision and its time beside the policy. */
const RECORD = Buffer.concat([BYTES, Buffer.alloc(100)]);

/** LMDB with the durability of the policy store: a commit is on disk before its write is acknowledged. */
export function openRawDatabase(path: string): RootDatabase<Buffer, string> {
  return open<Buffer, string>({ path, encoding: 'binary', noSubdir: false, overlappingSync: false });
}

export async function putDurably(
  database: RootDatabase<Buffer, string>,
  key: string,
  bytes: Buffer,
): Promise<void> {
  insist(await database.put(key, bytes), () => 'LMDB has not written');
}

/** A policy under its bucket. */
export function openRawLmdb(path: string): RawStore {
  const database = openRawDatabase(path);
  return {
    put: n => putDurably(database, bucketOf(n), BYTES),
    close: () => database.close(),
  };
}

/** As many revisions of a bucket, and as many changes, as the policy store remembers. */
const REVISIONS = 50;
const CHANGES = 10_000;

/**
 * The same, with the records that the policy store keeps of a write: the policy, its place in the history, the change and
 * the revision, in one transaction and with nothing decided or read.
 */
export function openRawRecords(path: string): RawStore {
  const database = openRawDatabase(path);
  return {
    put: async n => {
      const bucket = bucketOf(n);
      const revision = Math.floor(n / BUCKETS.length) % REVISIONS;
      const written = await database.batch(() => {
        void database.put(`policy ${bucket}`, RECORD);
        void database.put(`history ${bucket} ${String(revision).padStart(8, '0')}`, RECORD);
        void database.put(`log ${String(n % CHANGES).padStart(8, '0')}`, Buffer.from(bucket));
        void database.put('revision', Buffer.from(String(n)));
      });
      insist(written, () => 'LMDB has not written');
    },
    close: () => database.close(),
  };
}

function bucketOf(n: number): string {
  return BUCKETS[n % BUCKETS.length] ?? '';
}

/** etcd through its JSON gateway, as the policy store speaks to it. */
export function openRawEtcd(endpoint: string): RawStore {
  const { post, close } = openGateway(endpoint);
  const value = BYTES.toString('base64');
  return { put: n => post('/v3/kv/put', { key: base64(`/raw/${bucketOf(n)}`), value }), close };
}

/**
 * The same, with the transaction of the policy store: the next revision of the bucket, if nobody has written it, the
 * newest of all, and the end of the oldest one.
 */
export function openRawTransactions(endpoint: string): RawStore {
  const { post, close } = openGateway(endpoint);
  const value = RECORD.toString('base64');
  const newest = new Map<string, number>();
  const entry = (bucket: string, revision: number): string =>
    base64(`/transactions/log/cos/${bucket}/${String(revision).padStart(16, '0')}`);
  return {
    put: async n => {
      const bucket = bucketOf(n);
      const revision = (newest.get(bucket) ?? 0) + 1;
      newest.set(bucket, revision);
      const key = entry(bucket, revision);
      const oldest = revision - REVISIONS + 1;
      const removal = { key: entry(bucket, 0), range_end: entry(bucket, oldest) };
      const answer = await post('/v3/kv/txn', {
        compare: [{ key, target: 'CREATE', result: 'EQUAL', create_revision: '0' }],
        success: [
          { request_put: { key, value } },
          { request_put: { key: base64('/transactions/head') } },
          ...(oldest > 1 ? [{ request_delete_range: removal }] : []),
        ],
      });
      insist(answer.includes('"succeeded":true'), () => `etcd has not written: ${answer}`);
    },
    close,
  };
}

interface Gateway {
  readonly post: (path: string, body: object) => Promise<string>;
  readonly close: () => Promise<void>;
}

function openGateway(endpoint: string): Gateway {
  const pool = new Pool(endpoint, { connections: 64 });
  return {
    async post(path, body) {
      const answer = await pool.request({ method: 'POST', path, body: JSON.stringify(body) });
      const text = await answer.body.text();
      insist(answer.statusCode === 200, () => `etcd answers ${path} with ${answer.statusCode}: ${text}`);
      return text;
    },
    close: () => pool.close(),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
