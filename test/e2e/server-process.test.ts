import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminApi, policyFor, policyPath } from '../support/admin-http.ts';
import { runCommand, type ServerProcess, startServerProcess } from '../support/command.ts';
import {
  cosBucket,
  cosHost,
  createBucket,
  sendCos,
  signedHeaders,
  splitAddress,
} from '../support/cos-http.ts';
import { freePorts } from '../support/free-port.ts';
import { LOCAL_KEY, presignCosTarget } from '../support/sign-cos.ts';

const BUCKET = 'examplebucket-1250000000';

/** Far below the ten seconds that a stop may take: what comes near them waited for something that it should not. */
const PROMPT_MS = 5_000;

let directory: string;
let server: ServerProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-process-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  if (server && server.child.exitCode === null && server.child.signalCode === null)
    await server.stop('SIGKILL');
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** Starts a server that the test stops, or else is killed after it. */
async function start(...args: readonly string[]): Promise<ServerProcess> {
  server = await startServerProcess(directory, args);
  return server;
}

function serveCommand(...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(['serve', '--port-base', '0', '--data', directory, ...args]);
}

const OTHER_CREDENTIALS = [
  'CROSSGATE_QINGSTOR_CREDENTIAL',
  'CROSSGATE_AZURE_TABLES_CREDENTIAL',
  'CROSSGATE_BOOMI_CREDENTIAL',
];

describe('starting', () => {
  it('tells where the server listens and with which key, and gives a command that works as it stands', async () => {
    const { startUp, cos, admin } = await start();
    expect(startUp).toContain(`\n  Admin API     http://${admin}\n  Tencent COS   http://${cos}\n`);
    expect(startUp).toContain(`Local key of Tencent COS: ${LOCAL_KEY.id} / ${LOCAL_KEY.secret}\n`);
    expect(startUp).toContain(`Data: policies and objects in ${directory}\n`);
    const command = startUp.slice(startUp.indexOf('Try')).split('\n').slice(1).join('\n');
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', command]);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r$/m);
    expect(stdout).toMatch(/^Access-Control-Allow-Origin: https:\/\/example\.com\r$/m);
    expect((await adminApi(admin)('/readyz')).status).toBe(200);
  });

  it.each([
    { listener: 'the admin API', offset: 0 },
    { listener: 'a service', offset: 1 },
  ])('names the port when that of $listener is taken, and leaves nothing behind', async ({ offset }) => {
    const base = await freePorts(5);
    const port = base + offset;
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const result = await serveCommand('--port-base', String(base));
    const stderr = `crossgate: port ${port} is taken: stop what uses it, or choose another --port-base\n`;
    expect(result).toEqual({ exitCode: 1, stdout: '', stderr });
    expect(readdirSync(directory)).not.toContain('server.lock');
    other.close();
  });

  it('refuses a data directory that is in use, until its server is gone, even killed', async () => {
    const { child, stop } = await start();
    const stderr = `crossgate: the data directory ${directory} is in use by process ${child.pid}: stop it, or choose another with --data\n`;
    expect(await serveCommand()).toEqual({ exitCode: 1, stdout: '', stderr });
    await stop('SIGKILL');
    const next = await start();
    expect(await next.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(readdirSync(directory)).not.toContain('server.lock');
  });

  it.each([
    { args: ['--port-base', 'abc'], says: /^crossgate: --port-base must be a whole number from 0 to 65531$/ },
    {
      args: ['--workers', '2', '--store', 'memory'],
      says: /^crossgate: the memory store belongs to one process/,
    },
    {
      args: ['--host', '0.0.0.0'],
      says: /^crossgate: 0\.0\.0\.0 can be reached from other machines, .* are public/,
    },
    {
      args: ['--host', '192.0.2.1'],
      credential: 'me:hush',
      says: /^crossgate: this machine has no address 192\.0\.2\.1/,
    },
    { args: [], credential: 'nonsense', says: /^crossgate: CROSSGATE_COS_CREDENTIAL must be id:secret$/ },
    { args: ['--loud'], says: /^error: unknown option '--loud'/ },
    { args: ['extra'], says: /^error: too many arguments/ },
  ])('with $args $credential ends with a message', async ({ args, credential = '', says }) => {
    vi.stubEnv('CROSSGATE_COS_CREDENTIAL', credential);
    for (const variable of OTHER_CREDENTIALS) vi.stubEnv(variable, credential && 'mine:aHVzaA==');
    const result = await serveCommand(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr.split('\n')[0]).toMatch(says);
  });

  it('on any address takes your key, and then the public one no more', async () => {
    vi.stubEnv('CROSSGATE_COS_CREDENTIAL', 'me:hush');
    for (const variable of OTHER_CREDENTIALS) vi.stubEnv(variable, 'mine:aHVzaA==');
    const { cos, startUp } = await start('--host', '0.0.0.0');
    expect(startUp).not.toMatch(/Local key|hush/);
    const host = cosHost(BUCKET);
    const mine = { id: 'me', secret: 'hush' };
    expect(await sendCos(cos, host, { method: 'PUT', key: mine })).toMatchObject({ status: 200 });
    expect(await sendCos(cos, host, { method: 'PUT' })).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
    const guessed = { id: 'me', secret: LOCAL_KEY.secret };
    expect(await sendCos(cos, host, { key: guessed })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

/** Settles when the address takes no more connections. */
async function refused(address: string): Promise<void> {
  const [host, port] = splitAddress(address);
  for (;;) {
    const socket = connect({ host, port });
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (!connected) return;
  }
}

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('on %s finishes an upload that is under way', async signal => {
    const { cos, stop } = await start();
    await createBucket(cos, BUCKET);
    const [hostname, port] = splitAddress(cos);
    const headers = signedHeaders(cosHost(BUCKET), { method: 'PUT', target: '/slow' });
    const agent = new Agent({ keepAlive: true });
    const upload = request({
      hostname,
      port,
      agent,
      method: 'PUT',
      path: '/slow',
      headers: { ...headers, 'Content-Length': 8, Expect: '100-continue' },
    });
    await once(upload, 'continue');
    upload.write('slow');
    const stopped = stop(signal);
    await refused(cos);
    upload.end('body');
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    const before = performance.now();
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(PROMPT_MS);
    agent.destroy();

    const next = await start();
    expect((await cosBucket(next.cos, BUCKET)({ target: '/slow' })).text).toBe('slowbody');
  });

  it('does not wait for connections that are idle, or have never said anything', async () => {
    const { cos, admin, stop } = await start();
    const agent = new Agent({ keepAlive: true });
    const silent = [];
    for (const address of [cos, admin]) {
      const [host, port] = splitAddress(address);
      const [response] = (await once(get({ host, port, agent }), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
      const socket = connect({ host, port }).on('error', () => {});
      silent.push(socket);
      await once(socket, 'connect');
    }
    const before = performance.now();
    expect(await stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(PROMPT_MS);
    agent.destroy();
    for (const socket of silent) socket.destroy();
  });
});

describe('the log', () => {
  it('has one line of JSON for each refusal, with its reason and nothing secret', async () => {
    const { cos, admin, child, stop } = await start('--log-level', 'info');
    let text = '';
    child.stderr?.on('data', (chunk: string) => {
      text += chunk;
    });
    const bucket = await createBucket(cos, BUCKET);
    await adminApi(admin)(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://a.example') });
    const from = (origin: string): Record<string, string> => ({ Origin: origin });
    const asking = { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a' };
    await bucket({ target: '/key', headers: from('https://a.example') });
    await bucket({ method: 'OPTIONS', target: '/key', headers: { ...from('https://a.example'), ...asking } });
    const host = cosHost(BUCKET);
    const presigned = presignCosTarget({ method: 'GET', target: '/key', headers: { host } });
    const target = `${presigned}&x-cos-security-token=TOKEN`;
    await bucket({ target, key: 'anonymous', headers: from('https://evil.example\\"}') });
    await bucket({
      target: '/key',
      headers: { ...from('https://b.example'), 'x-cos-security-token': 'TOKEN' },
    });
    await stop('SIGTERM');

    const lines = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    const requests = lines.filter(({ audit }) => audit === undefined);
    expect(lines.length - requests.length).toBe(1);
    const common = { level: 30, dialect: 'cos', outcome: 'refused', tenant: BUCKET, path: '/key' };
    expect(requests).toMatchObject([
      { ...common, kind: 'preflight', reason: 'method-not-allowed', requestMethod: 'PUT', status: 403 },
      {
        ...common,
        kind: 'data',
        reason: 'origin-not-allowed',
        origin: 'https://evil.example\\"}',
        status: 404,
      },
      { ...common, kind: 'data', reason: 'origin-not-allowed', code: 'NoSuchKey' },
    ]);
    expect(text).not.toMatch(/q-signature|TOKEN|authorization|local-secret/i);
  });
});
