// What the tests do in a process of its own: `child.mjs <job> <directory>`.
import { createHash, randomBytes } from 'node:crypto';
import { openObjectStore } from '../dist/index.js';

const [job, directory] = process.argv.slice(2);

async function* once(bytes) {
  yield bytes;
}

const put = async (store, key, bytes, headers = []) =>
  store.commit('b', key, await store.stage(once(bytes)), { headers });

/** Bytes that nobody else writes, with their number in front. */
const numberedBytes = number =>
  Buffer.concat([Buffer.from(`${number}\n`), randomBytes(Math.floor(Math.random() * 100_000))]);

const jobs = {
  async 'put-once'(store) {
    await put(store, 'k', Buffer.from('from the child'));
  },

  /** Writes and deletes for ever, several at a time, and tells of what was acknowledged. */
  async 'write-until-killed'(store) {
    const writer = async key => {
      for (let number = 1; ; number++) {
        await put(store, key, numberedBytes(number));
        process.send({ key, number });
        if (number % 10 === 0) await store.deleteObject('b', `${key}-other`);
        else await put(store, `${key}-other`, numberedBytes(number));
      }
    };
    await Promise.all(['k1', 'k2', 'k3'].map(writer));
  },

  async 'write-one-key'(store) {
    for (let number = 1; number <= 150; number++) await put(store, 'k', numberedBytes(number));
  },

  /** For a process that may write files of a limited size only. */
  async 'fail-to-write'(store) {
    const codes = [];
    await store.stage(once(Buffer.alloc(8 << 20))).catch(error => codes.push(error.code));
    await put(store, 'small', Buffer.from('still works'));
    return { codes };
  },

  /** Until the index has no room left in such a process. */
  async 'fill-index'(store) {
    let committed = 0;
    const headers = [['x-cos-meta-long', 'v'.repeat(50_000)]];
    try {
      for (; committed < 1000; committed++) await put(store, `${committed}`, Buffer.from('x'), headers);
    } catch (error) {
      return { committed, error: error.message };
    }
    return { committed };
  },

  /** How far memory grows over one large body, staged and read. */
  async 'stage-and-read'(store) {
    const chunk = Buffer.alloc(65_536, 1);
    let highest = 0;
    const sample = () => {
      highest = Math.max(highest, process.memoryUsage.rss());
    };
    async function* body(sizeBytes) {
      for (let sent = 0; sent < sizeBytes; sent += chunk.length) {
        sample();
        yield chunk;
      }
    }
    async function pass(sizeBytes) {
      await store.commit('b', 'k', await store.stage(body(sizeBytes)), { headers: [] });
      const hash = createHash('md5');
      let readBytes = 0;
      const open = await store.open('b', 'k');
      for await (const read of open.read()) {
        sample();
        hash.update(read);
        readBytes += read.length;
      }
      return { readBytes, whole: hash.digest('hex') === open.object.md5 };
    }
    await pass(16 << 20);
    const before = highest;
    return { ...(await pass(256 << 20)), growthBytes: highest - before };
  },
};

const store = await openObjectStore({ directory });
const result = await jobs[job](store);
await store.close();
if (result !== undefined) process.stdout.write(JSON.stringify(result));
