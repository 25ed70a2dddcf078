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
  const pool = new Pool(endpoint, { connections: 64 });
  const value = BYTES.toString('base64');
  return {
    put: async n => {
      const key = Buffer.from(`/raw/${bucketOf(n)}`).toString('base64');
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/v3/kv/put',
        body: JSON.stringify({ key, value }),
      });
      await body.dump();
      insist(statusCode === 200, () => `etcd answers a put with ${statusCode}`);
    },
    close: () => pool.close(),
  };
}
