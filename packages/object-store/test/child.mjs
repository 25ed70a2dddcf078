// What the tests do in a process of its own: `child.mjs <job> <directory>`.
import { createHash, randomBytes } from 'node:crypto';
import { once as on } from 'node:events';
import { openObjectStore } from '../dist/index.js';

const [job, directory] = process.argv.slice(2);

async function* once(bytes) {
  yield bytes;
}

const put = async (store, key, bytes, headers = []) =>
  store.commit('b', key, await store.stage(once(bytes)), { headers });

const md5 = bytes => createHash('md5').update(bytes).digest('hex');

/** Begins an upload of parts; gives what completes it, with the MD5 of the whole as the tag. */
async function putParts(store, key, contents) {
  const upload = await store.createUpload('b', key, { headers: [] });
  const parts = await Promise.all(
    contents.map(async (content, index) => {
      const body = await store.stage(once(content));
      await store.commitPart(upload, index + 1, body);
      return { number: index + 1, md5: body.md5 };
    }),
  );
  return { upload, parts, completion: { etag: md5(Buffer.concat(contents)) } };
}

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

  /** Replaces an object of parts by one of other parts, or of one file now and then. */
  async 'write-one-key-in-parts'(store) {
    for (let number = 1; number <= 80; number++) {
      const contents = Array.from({ length: 4 }, () => numberedBytes(number));
      const { upload, parts, completion } = await putParts(store, 'k', contents);
      await store.completeUpload(upload, parts, completion);
      if (number % 4 === 0) await put(store, 'k', numberedBytes(number));
    }
  },

  /** Completes uploads for ever, telling of each before and after. The last part is never named. */
  async 'complete-until-killed'(store) {
    for (let number = 1; ; number++) {
      const contents = Array.from({ length: 25 }, (_, part) => Buffer.from(`${number} ${part}\n`));
      const { upload, parts } = await putParts(store, 'k', contents);
      const whole = {
        parts: parts.slice(0, -1),
        completion: { etag: md5(Buffer.concat(contents.slice(0, -1))) },
      };
      process.send({ kind: 'completing', upload, ...whole });
      // The message takes about as long, so that it can be killed before, while and after it completes.
      await new Promise(resolve => setTimeout(resolve, 5));
      await store.completeUpload(upload, whole.parts, whole.completion);
      process.send({ kind: 'completed' });
    }
  },

  /** Completes what it is told of by a message, all at once, and answers how that went. */
  async 'complete-these'(store) {
    process.send('ready');
    const [uploads] = await on(process, 'message');
    const results = await Promise.all(
      uploads.map(({ upload, parts, completion }) => store.completeUpload(upload, parts, completion)),
    );
    await new Promise(sent =>
      process.send(
        results.map(({ kind }) => kind),
        sent,
      ),
    );
    process.disconnect();
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

  /** How far memory grows over a large object, of one file and of parts, staged and read. */
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
      const { etag } = store.head('b', 'k');
      const upload = await store.createUpload('b', 'parts', { headers: [] });
      const parts = [];
      for (let number = 1; number <= 16; number++) {
        const part = await store.stage(body(sizeBytes / 16));
        await store.commitPart(upload, number, part);
        parts.push({ number, md5: part.md5 });
      }
      await store.completeUpload(upload, parts, { etag });
      return { one: await readWhole('k'), parts: await readWhole('parts') };
    }
    async function readWhole(key) {
      const hash = createHash('md5');
      const open = await store.open('b', key);
      for await (const read of open.read()) {
        sample();
        hash.update(read);
      }
      return hash.digest('hex') === open.object.etag;
    }
    await pass(16 << 20);
    const before = highest;
    return { ...(await pass(128 << 20)), growthBytes: highest - before };
  },
};

const store = await openObjectStore({ directory });
const result = await jobs[job](store);
await store.close();
if (result !== undefined) process.stdout.write(JSON.stringify(result));
