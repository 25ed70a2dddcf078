import { open } from 'lmdb';
import { Pool } from 'undici';
import { insist } from '../harness/refusal.ts';
import { BUCKETS, POLICY } from './policy-writes.ts';

/** A store without policies: a key and its bytes, durable when the promise settles. */
export interface RawStore {
  readonly put: (n: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const BYTES = Buffer.from(JSON.stringify(POLICY));

/** LMDB with the durability of the policy store: a commit is on disk before its write is acknowledged. */
export function openRawLmdb(path: string): RawStore {
  const database = open<Buffer, string>({
    path,
    encoding: 'binary',
    noSubdir: false,
    overlappingSync: false,
  });
  return {
    put: async n => {
      const written = await database.put(BUCKETS[n % BUCKETS.length] ?? '', BYTES);
      insist(written, () => 'LMDB has not written');
    },
    close: () => database.close(),
  };
}

/** etcd through its JSON gateway, as the policy store speaks to it. */
export function openRawEtcd(endpoint: string): RawStore {
  const pool = new Pool(endpoint, { connections: 64 });
  const value = BYTES.toString('base64');
  return {
    put: async n => {
      const key = Buffer.from(`/raw/${BUCKETS[n % BUCKETS.length]}`).toString('base64');
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
