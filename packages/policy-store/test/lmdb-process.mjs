// A second process for the tests of `openLmdbPolicyStore`: `node lmdb-process.mjs DIRECTORY ROLE [NUMBER | alone]`.
import { openLmdbPolicyStore } from '../dist/index.js';

const [, , directory, role, number] = process.argv;
const store = openLmdbPolicyStore({ directory, soleWriter: number === 'alone' });
const key = { dialect: 'cos', tenant: 'shared' };

const roles = {
  /** Counts up NUMBER times, by conditional writes. */
  async increment() {
    for (let done = 0; done < Number(number); ) {
      const current = store.get(key);
      const age = current?.policy.rules[0].maxAgeSeconds ?? 0;
      const result = await store.put(key, policy(age + 1), current?.revision ?? 'absent');
      if (result.kind === 'written') done++;
    }
    await store.close();
  },

  /** Writes once. */
  async put() {
    await store.put(key, policy(Number(number)));
    await store.close();
  },

  /** Writes NUMBER times at once. */
  async crowd() {
    await Promise.all(Array.from({ length: Number(number) }, () => store.put(key, { rules: [] })));
    await store.close();
  },

  /** Writes what it is told to by messages, and answers with the revision. */
  async serve() {
    process.on('message', age => {
      void store.put(key, policy(age)).then(({ revision }) => process.send(revision));
    });
    process.on('disconnect', () => void store.close());
    process.send('ready');
  },

  /**
   * Writes until that fails, and tells how often it did not. At each message it tries two writes at once, and tells how
   * those went. A timer keeps it alive as a server would be.
   */
  async fill() {
    setInterval(() => {}, 1_000);
    let age = 0;
    const attempt = () =>
      store.put(key, policy(++age)).then(
        ({ revision }) => ({ revision }),
        error => ({ message: error.message, cause: error.cause?.code }),
      );
    for (;;) {
      const result = await attempt();
      if (result.message === undefined) continue;
      process.send([result]);
      break;
    }
    process.on('message', () => void Promise.all([attempt(), attempt()]).then(both => process.send(both)));
  },

  /** Writes to several tenants until it is killed, and tells each write when it was acknowledged. */
  async flood() {
    for (let tenant = 0; tenant < 8; tenant++) void writeTo({ dialect: 'cos', tenant: `flood-${tenant}` });

    async function writeTo(flooded) {
      for (;;) {
        const age = Number(process.hrtime.bigint() / 1000n);
        const { revision } = await store.put(flooded, policy(age));
        process.send({ key: flooded, revision, age });
      }
    }
  },
};

/** Long enough for several pages of the file, and all of it says which write it is of. */
function policy(maxAgeSeconds) {
  const lists = {
    allowedMethods: [],
    allowedHeaders: Array(600).fill(`${maxAgeSeconds}`),
    exposeHeaders: [],
  };
  return { rules: [{ allowedOrigins: ['*'], ...lists, maxAgeSeconds }] };
}

await roles[role]();
