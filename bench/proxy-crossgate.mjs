// Crossgate as the benchmark of proxies runs it: one process, the COS dialect before the upstream, a rule for its clients.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, readServeConfig, serve } from '@crossgate/server';

const RULES = [
  {
    id: 'bench',
    allowedOrigins: ['https://app.example'],
    allowedMethods: ['GET'],
    allowedHeaders: ['*'],
    exposeHeaders: ['ETag'],
    maxAgeSeconds: 600,
  },
];

const dataDirectory = mkdtempSync(join(tmpdir(), 'crossgate-bench-'));
const read = readServeConfig(
  { portBase: 0, dataDirectory, store: 'memory', logLevel: 'warn', upstream: [`cos=${process.argv[2]}`] },
  {},
);
if (read.kind === 'problem') throw new Error(read.message);
const { log } = openLog(read.config.logLevel);
const { listeners, adminAddress, close } = await serve(read.config, log);
const put = await fetch(`http://${adminAddress}/api/v1/tenants/cos/bench-1250000000/policy`, {
  method: 'PUT',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ rules: RULES }),
});
if (!put.ok) throw new Error(`the policy was not taken: ${await put.text()}`);
process.on('disconnect', () => {
  void close().then(() => {
    rmSync(dataDirectory, { recursive: true });
    process.exit();
  });
});
process.send(listeners.find(({ dialect }) => dialect === 'cos').port);
