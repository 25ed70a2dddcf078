// A worker process: `node etcd-worker.mjs ENDPOINTS DIRECTORY PREFIX COUNT`. It counts up, by conditional writes through
// a replica that another process keeps up to date, and tells of each.
import { openEtcdPolicyStore } from '@crossgate/policy-store';

const [, , endpoints, replicaDirectory, prefix, count] = process.argv;
const store = openEtcdPolicyStore({
  endpoints: endpoints.split(','),
  replicaDirectory,
  prefix,
  replicates: false,
});
const key = { dialect: 'cos', tenant: 'alice-1250000000' };
const lists = { allowedOrigins: [], allowedMethods: [], allowedHeaders: [], exposeHeaders: [] };

await store.whenReady(10_000);
for (let done = 0; done < Number(count); ) {
  const current = store.get(key);
  const number = (current?.policy.rules[0].maxAgeSeconds ?? 0) + 1;
  const rules = [{ ...lists, maxAgeSeconds: number }];
  const result = await store.put(key, { rules }, current?.revision ?? 'absent');
  if (result.kind !== 'written') continue;
  if (store.get(key).revision < result.revision) throw new Error('a write is acknowledged and not seen');
  process.send({ revision: result.revision, number });
  done++;
}
await store.close();
process.disconnect();
