// A process that has a cluster of etcd, tells where it is, and never stops it.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const path = fileURLToPath(new URL('etcd-cluster.ts', import.meta.url));
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' });
const { endpoints } = await module.startEtcdCluster();
process.send(endpoints);
setInterval(() => {}, 1_000);
