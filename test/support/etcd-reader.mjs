// A process that shares a replica and only reads: `node etcd-reader.mjs DIRECTORY PREFIX`. It lists all tenants over and
// over, and tells at the end which listings it has seen.
import { openEtcdPolicyStore } from '@crossgate/policy-store';

const [, , replicaDirectory, prefix] = process.argv;
const store = openEtcdPolicyStore({
  endpoints: ['http://127.0.0.1:1'],
  replicaDirectory,
  prefix,
  replicates: false,
});
const listings = new Set();

function list() {
  const numbers = store.list().map(({ policy }) => policy.rules[0].maxAgeSeconds);
  listings.add(`${numbers.length} of ${[...new Set(numbers)].join()}`);
}

list();
const timer = setInterval(list, 1);

async function finish() {
  clearInterval(timer);
  list();
  await store.close();
  process.send({ listings: [...listings] }, () => process.disconnect());
}

process.on('message', () => void finish());
process.send('ready');
