import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { createBucket, type SendToBucket } from '../support/cos-http.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { parseExposition } from '../support/exposition.ts';
import { type LocalServer, type LogLine, startLocalServer } from '../support/local-server.ts';
import { eventually } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const BUCKET = 'examplebucket-1250000000';
const ALL = [0, 1, 2];

describeWith(ETCD_MISSING)('crossgate serve --store etcd', () => {
  let cluster: EtcdCluster;
  let text: string;
  const servers: LocalServer[] = [];
  let prefixes = 0;
  beforeAll(async () => {
    cluster = await startEtcdCluster();
  });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(server => server.stop()));
  });

  function newPrefix(): void {
    prefixes += 1;
    text = `etcd: { prefix: /gateways-${prefixes}/ }`;
  }

  async function start(logged: LogLine[] = [], endpoints = cluster.endpoints): Promise<LocalServer> {
    const server = await startLocalServer({ store: `etcd=${endpoints.join(',')}` }, {}, { text, logged });
    servers.push(server);
    return server;
  }

  async function untilReady({ admin }: LocalServer): Promise<void> {
    await eventually(async () => expect((await adminApi(admin)('/readyz')).status).toBe(200));
  }

  async function allowedOrigin(bucket: SendToBucket, origin: string): Promise<string | undefined> {
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
    const response = await bucket({ method: 'OPTIONS', target: '/key', key: 'anonymous', headers });
    const allowed = response.headers['access-control-allow-origin'];
    return allowed === undefined ? undefined : String(allowed);
  }

  async function gauges({ admin }: LocalServer): Promise<ReadonlyMap<string, number>> {
    return parseExposition((await adminApi(admin)('/metrics')).text).samples;
  }

  it('answers at every gateway by what was put at one, with the same history', async () => {
    newPrefix();
    const [a, b] = [await start(), await start()];
    for (const server of [a, b]) await untilReady(server);
    const put = await adminApi(a.admin)(policyPath(BUCKET), {
      method: 'PUT',
      body: policyFor('https://a.test'),
    });
    expect(put.status).toBe(200);
    const bucket = await createBucket(b.cos, BUCKET);
    await eventually(async () =>
      expect(await allowedOrigin(bucket, 'https://a.test')).toBe('https://a.test'),
    );

    const { revision } = put.json as { revision: number };
    const second = await adminApi(b.admin)(policyPath(BUCKET), {
      method: 'PUT',
      headers: { 'If-Match': `"${revision}"` },
      body: policyFor('https://b.test'),
    });
    expect(second.status).toBe(200);
    expect(await allowedOrigin(bucket, 'https://a.test')).toBeUndefined();
    const history = await adminApi(a.admin)(`${policyPath(BUCKET)}/history`);
    await eventually(async () =>
      expect((await adminApi(a.admin)(`${policyPath(BUCKET)}/history`)).text).toBe(
        (await adminApi(b.admin)(`${policyPath(BUCKET)}/history`)).text,
      ),
    );
    expect(history.status).toBe(200);
    const samples = await gauges(b);
    expect(samples.get('crossgate_policy_replica_ready')).toBe(1);
    expect(samples.get('crossgate_policy_replica_lag_revisions')).toBe(0);
    expect(samples.get('crossgate_policy_replica_seconds_since_contact')).toBeLessThan(6);
  });

  it('answers preflights while etcd is away, refuses changes with 503, and recovers', async () => {
    newPrefix();
    const logged: LogLine[] = [];
    const server = await start(logged);
    await untilReady(server);
    const admin = adminApi(server.admin);
    const bucket = await createBucket(server.cos, BUCKET);
    await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://a.test') });
    await cluster.kill(...ALL);
    try {
      expect(await allowedOrigin(bucket, 'https://a.test')).toBe('https://a.test');
      const refused = await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://b.test') });
      expect(refused.status).toBe(503);
      expect(refused.json).toMatchObject({ error: { code: 'unavailable' } });
      const inService = await bucket({ method: 'DELETE', target: '/?cors' });
      expect(inService.status).toBe(503);
      expect(inService.text).toContain('<Code>ServiceUnavailable</Code>');
      expect(await allowedOrigin(bucket, 'https://a.test')).toBe('https://a.test');
      expect((await admin('/readyz')).status).toBe(200);
      await eventually(async () => {
        const seconds = (await gauges(server)).get('crossgate_policy_replica_seconds_since_contact');
        expect(seconds).toBeGreaterThan(1);
      });
      expect(logged.filter(({ msg }) => /etcd is away/.test(String(msg)))).toHaveLength(1);
    } finally {
      await cluster.restart(...ALL);
    }
    await eventually(async () => {
      const put = await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://b.test') });
      expect(put.status).toBe(200);
    });
    expect(await allowedOrigin(bucket, 'https://b.test')).toBe('https://b.test');
    expect(logged.filter(({ msg }) => /etcd answers again/.test(String(msg)))).toHaveLength(1);
  });

  it('tells how long it has not reached etcd, and how far it is behind', async () => {
    newPrefix();
    const proxies = await Promise.all(
      cluster.endpoints.map(endpoint => startTcpProxy(new URL(endpoint).host)),
    );
    try {
      const [writer, reader] = [
        await start(),
        await start(
          [],
          proxies.map(({ address }) => `http://${address}`),
        ),
      ];
      for (const server of [writer, reader]) await untilReady(server);
      const gauge = async (name: string): Promise<number | undefined> =>
        (await gauges(reader)).get(`crossgate_policy_replica_${name}`);
      for (const proxy of proxies) proxy.set({ kind: 'dead' });
      const body = policyFor('https://a.test');
      const put = await adminApi(writer.admin)(policyPath(BUCKET), { method: 'PUT', body });
      expect(put.status).toBe(200);
      await eventually(async () => expect(await gauge('seconds_since_contact')).toBeGreaterThan(2));
      expect((await adminApi(reader.admin)('/readyz')).status).toBe(200);
      expect((await adminApi(reader.admin)(policyPath(BUCKET))).status).toBe(404);
      for (const proxy of proxies) proxy.set({ kind: 'clear' });
      const cleared = performance.now();
      await eventually(async () => {
        expect((await adminApi(reader.admin)(policyPath(BUCKET))).status).toBe(200);
      });
      expect(performance.now() - cleared).toBeLessThan(4_000);
      await eventually(async () => expect(await gauge('seconds_since_contact')).toBeLessThan(2));
      expect(await gauge('lag_revisions')).toBe(0);
    } finally {
      for (const proxy of proxies) await proxy.close();
    }
  });

  it('is not ready, and answers 503, until it has read the policies once', async () => {
    newPrefix();
    await cluster.kill(...ALL);
    const server = await start();
    const admin = adminApi(server.admin);
    try {
      expect((await admin('/readyz')).status).toBe(503);
      expect((await admin('/healthz')).status).toBe(200);
      expect((await admin('/api/v1/tenants')).status).toBe(503);
      expect((await gauges(server)).get('crossgate_policy_replica_ready')).toBe(0);
      const bucket = await createBucket(server.cos, BUCKET);
      const headers = { Origin: 'https://a.test', 'Access-Control-Request-Method': 'GET' };
      const preflight = await bucket({ method: 'OPTIONS', target: '/key', key: 'anonymous', headers });
      expect(preflight.status).toBe(503);
    } finally {
      await cluster.restart(...ALL);
    }
    await untilReady(server);
    expect((await admin('/api/v1/tenants')).status).toBe(200);
  });

  it('serves with workers that share one replica', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'crossgate-etcd-workers-'));
    let server: ServerProcess | undefined;
    try {
      server = await startServerProcess(directory, [
        ...['--workers', '2', '--store', `etcd=${cluster.endpoints.join(',')}`],
      ]);
      const admin = adminApi(server.admin);
      await eventually(async () => expect((await admin('/readyz')).status).toBe(200));
      const bucket = await createBucket(server.cos, BUCKET);
      for (const origin of ['https://a.test', 'https://b.test']) {
        await admin(policyPath(BUCKET), { method: 'PUT', body: policyFor(origin) });
        for (let n = 0; n < 4; n++) expect(await allowedOrigin(bucket, origin)).toBe(origin);
      }
      // By a worker: it is acknowledged when all of them see it.
      expect((await bucket({ method: 'DELETE', target: '/?cors' })).status).toBe(204);
      for (let n = 0; n < 4; n++) expect(await allowedOrigin(bucket, 'https://b.test')).toBeUndefined();
      expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    } finally {
      if (server?.child.exitCode === null) await server.stop('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
