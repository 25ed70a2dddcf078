import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { openMemoryPolicyStore } from '@crossgate/policy-store';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { openAttackers } from '../../../test/support/attackers.ts';
import { eventually } from '../../../test/support/policies.ts';
import { type Access, accessOf } from '../src/admin/access/access.ts';
import { type AdminParts, adminRequestSeconds, createAdminServer } from '../src/admin/admin-server.ts';
import { openConsoleFiles } from '../src/admin/console-files.ts';
import { openAudit, outcomeOf } from '../src/audit.ts';
import { changeLimits, listen } from '../src/listener.ts';
import { DEFAULT_LIMITS } from '../src/serve-config.ts';

function openAdmin(changes: Partial<AdminParts> = {}): {
  readonly server: Server;
  readonly lines: Record<string, unknown>[];
} {
  const lines: Record<string, unknown>[] = [];
  const server = createAdminServer({
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
    ...changes,
  });
  return { server, lines };
}

describe(createAdminServer, () => {
  it('answers 500 when a request fails, and the log says why', async () => {
    const { server, lines } = openAdmin();
    const { address, close } = await listen(server, '127.0.0.1', 0);
    const failed = await fetch(`http://${address}/metrics`);
    expect(failed.status).toBe(500);
    expect(await failed.json()).toMatchObject({ error: { code: 'internal' } });
    expect(lines).toMatchObject([{ level: 50, target: '/metrics', err: { message: 'the disk is full' } }]);
    expect((await fetch(`http://${address}/readyz`)).status).toBe(503);
    await close(0);
  });

  it('ends sessions when their token is replaced, and lets nobody in when there is none left', async () => {
    const token = (name: string, secret: string) =>
      ({ name, token: secret.repeat(24), role: 'all' }) as const;
    let access: Access = { kind: 'tokens', tokens: [token('ops', 'a'), token('ci', 'b')] };
    const { server } = openAdmin({ access: () => access, metrics: () => Promise.resolve('') });
    const { address, close } = await listen(server, '127.0.0.1', 0);
    const logIn = async (secret: string): Promise<string> => {
      const body = JSON.stringify({ token: secret.repeat(24) });
      const answer = await fetch(`http://${address}/api/v1/session`, { method: 'POST', body });
      return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    };
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`http://${address}/metrics`, { headers })).status;
    const [ops, ci] = [await logIn('a'), await logIn('b')];
    expect([await statusWith({ Cookie: ops }), await statusWith({ Cookie: ci })]).toEqual([200, 200]);
    access = { kind: 'tokens', tokens: [token('ops', 'c'), token('ci', 'b')] };
    expect([await statusWith({ Cookie: ops }), await statusWith({ Cookie: ci })]).toEqual([401, 200]);
    expect(await statusWith({ Authorization: `Bearer ${'a'.repeat(24)}` })).toBe(401);
    access = { kind: 'tokens', tokens: [] };
    expect([await statusWith({ Cookie: ci }), await statusWith({})]).toEqual([401, 401]);
    expect(await statusWith({ Authorization: 'Bearer undefined' })).toBe(401);
    await close(0);
  });
});

describe('connections to the admin API', () => {
  it('are 250 of an address, so that strangers leave room for others', async () => {
    const { server } = openAdmin({ ready: () => true });
    const { address, close } = await listen(server, '127.0.0.1', 0);
    const attackers = await openAttackers(address, 260, 'GET /healthz HTTP/1.1\r\n', '127.0.0.2');
    await eventually(() => {
      expect(attackers.filter(({ socket }) => !socket.destroyed)).toHaveLength(250);
    });
    expect((await fetch(`http://${address}/readyz`)).status).toBe(200);
    for (const { socket } of attackers) socket.destroy();
    await close(0);
  });

  it('are no more than those to the services where these are fewer, and idle ones make room', async () => {
    const limits = { ...DEFAULT_LIMITS, connections: 4, connectionsPerAddress: 3 };
    const { server } = openAdmin({ limits, ready: () => true });
    const { address, close } = await listen(server, '127.0.0.1', 0);
    const idle = [
      ...(await openAttackers(address, 3, '', '127.0.0.2')),
      ...(await openAttackers(address, 1, '', '127.0.0.3')),
    ];
    await eventually(async () => {
      expect((await fetch(`http://${address}/readyz`)).status).toBe(200);
    });
    expect(idle.filter(({ socket }) => !socket.destroyed)).toHaveLength(3);
    for (const { socket } of idle) socket.destroy();
    await close(0);
  });
});

describe(adminRequestSeconds, () => {
  it('bounds how long a request may take, also when it is changed while the server runs', async () => {
    const limits = { ...DEFAULT_LIMITS, headersSeconds: 0.2 };
    const { server } = openAdmin({ limits });
    const { port, close } = await listen(server, '127.0.0.1', 0);
    const shorter = { ...limits, idleSeconds: 0.5 };
    changeLimits(server, shorter, adminRequestSeconds(shorter));
    const client = connect(port, '127.0.0.1').setEncoding('utf8');
    let received = '';
    client.on('data', text => {
      received += text;
    });
    client.write(
      'PUT /api/v1/tenants/cos/a/policy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n',
    );
    const trickle = setInterval(() => client.write('x'), 50);
    await once(client, 'close');
    clearInterval(trickle);
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    await close(0);
  });
});

describe(accessOf, () => {
  it.each([
    { host: '127.0.0.1', kind: 'loopback' },
    { host: '::1', kind: 'loopback' },
    { host: '0.0.0.0', kind: 'tokens' },
  ])('is for this machine only where nobody else can reach $host', ({ host, kind }) => {
    expect(accessOf({ host, tokens: [] }).kind).toBe(kind);
  });
});

describe(openAudit, () => {
  const ENTRY = { who: 'loopback', address: '::1', operation: 'o', method: 'PUT', ...outcomeOf(200) };
  it.each([
    { level: 'debug', written: 1 },
    { level: 'error', written: 1 },
    { level: 'silent', written: 0 },
  ])('writes at the level $level of the log: $written', ({ level, written }) => {
    const lines: string[] = [];
    openAudit(pino({ level }, { write: line => lines.push(line) }))(ENTRY);
    expect(lines).toHaveLength(written);
  });
});
