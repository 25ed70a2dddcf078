import { openMemoryPolicyStore } from '@crossgate/policy-store';
import pino from 'pino';
import { expect, it } from 'vitest';
import { createAdminServer } from '../src/admin/admin-server.ts';
import { openConsoleFiles } from '../src/admin/console-files.ts';
import { listen } from '../src/listener.ts';
import { DEFAULT_LIMITS } from '../src/serve-config.ts';

it('an admin request that fails is answered 500, and the log says why', async () => {
  const lines: Record<string, unknown>[] = [];
  const admin = createAdminServer({
    policies: openMemoryPolicyStore(),
    dataApis: new Map(),
    dialects: [],
    listeners: [],
    console: openConsoleFiles(),
    ask: () => Promise.resolve([]),
    metrics: () => Promise.reject(new Error('the disk is full')),
    ready: () => false,
    access: () => ({ kind: 'loopback' }),
    limits: DEFAULT_LIMITS,
    log: pino({ base: null }, { write: line => lines.push(JSON.parse(line)) }),
  });
  const { address, close } = await listen(admin, '127.0.0.1', 0);
  const failed = await fetch(`http://${address}/metrics`);
  expect(failed.status).toBe(500);
  expect(await failed.json()).toMatchObject({ error: { code: 'internal' } });
  expect(lines).toMatchObject([{ level: 50, target: '/metrics', err: { message: 'the disk is full' } }]);
  expect((await fetch(`http://${address}/readyz`)).status).toBe(503);
  await close(0);
});
