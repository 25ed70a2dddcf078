/** A server that reads its configuration again on SIGHUP. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminApi } from '../support/admin-http.ts';
import { makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { childProcesses } from '../support/child-processes.ts';
import { type ServerProcess, startServerProcess } from '../support/command.ts';
import { cosHost, sendCos, signedHeaders, splitAddress } from '../support/cos-http.ts';
import { parseExposition } from '../support/exposition.ts';
import { describeWith } from '../support/required.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';

const BUCKET = 'reload-1250000000';
const HOST = cosHost(BUCKET);
const TAKEN_OVER = 'the configuration was taken over';

interface Line extends Readonly<Record<string, unknown>> {
  readonly msg: string;
}

interface Reloading extends ServerProcess {
  readonly lines: readonly Line[];
  /** Sends SIGHUP and waits for the line that says what became of it. */
  readonly hangUp: () => Promise<Line>;
}

let directory: string;
let server: Reloading | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-reload-'));
});

afterEach(async () => {
  await server?.stop('SIGTERM');
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

async function start(text: string, flags: readonly string[] = []): Promise<Reloading> {
  write('c.yaml', text);
  const own = ['--config', join(directory, 'c.yaml'), '--log-level', 'info', ...flags];
  const process = await startServerProcess(join(directory, 'data'), own);
  const lines: Line[] = [];
  let rest = '';
  process.child.stderr?.on('data', (chunk: string) => {
    const [last = '', ...earlier] = (rest + chunk).split('\n').reverse();
    rest = last;
    for (const line of earlier.reverse()) if (line.startsWith('{')) lines.push(JSON.parse(line) as Line);
  });
  const hangUp = async (): Promise<Line> => {
    const before = lines.length;
    process.child.kill('SIGHUP');
    return await vi.waitFor(
      () => {
        const line = lines.slice(before).find(({ msg }) => /taken over|stays as it was/.test(msg));
        if (!line) throw new Error('nothing is said of it');
        return line;
      },
      { timeout: 8_000 },
    );
  };
  server = { ...process, lines, hangUp };
  return server;
}

const CREDENTIALS = 'dialects: { cos: { credentials: [{ id: A, secret: { file: secret } }] } }';

async function statusWith(address: string, secret: string, method = 'GET'): Promise<number> {
  return (await sendCos(address, HOST, { method, key: { id: 'A', secret } })).status;
}

describe('SIGHUP', () => {
  it('makes a new secret good and the old one bad', async () => {
    write('secret', 'old');
    const { cos, hangUp } = await start(CREDENTIALS);
    expect(await statusWith(cos, 'old', 'PUT')).toBe(200);
    write('secret', 'new');
    expect(await hangUp()).toMatchObject({ msg: TAKEN_OVER, changed: ['dialects.cos.credentials'] });
    expect([await statusWith(cos, 'old'), await statusWith(cos, 'new')]).toEqual([403, 200]);
  });

  it('reaches every worker, and those that begin later', async () => {
    write('secret', 'old');
    const { cos, hangUp, child } = await start(CREDENTIALS, ['--workers', '2']);
    expect(await statusWith(cos, 'old', 'PUT')).toBe(200);
    write('secret', 'new');
    expect(await hangUp()).toMatchObject({ msg: TAKEN_OVER });
    const all = async (): Promise<readonly number[]> =>
      await Promise.all(Array.from({ length: 8 }, () => statusWith(cos, 'new')));
    expect(new Set(await all())).toEqual(new Set([200]));
    const workers = (): readonly number[] => childProcesses(child.pid ?? 0);
    const before = workers();
    process.kill(Number(before[0]), 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect(workers().filter(id => !before.includes(id))).toHaveLength(1);
        const ready = await adminApi(server?.admin ?? '')('/readyz');
        expect(ready.status).toBe(200);
      },
      { timeout: 8_000 },
    );
    expect(new Set(await all())).toEqual(new Set([200]));
  });

  it('changes nothing where the file has mistakes, and tells each', async () => {
    write('secret', 'old');
    const { cos, hangUp, lines, admin } = await start(CREDENTIALS);
    expect(await statusWith(cos, 'old', 'PUT')).toBe(200);
    write('secret', '');
    write('c.yaml', `${CREDENTIALS}\nlimits: { idleSecond: 1 }\n`);
    const { level, msg } = await hangUp();
    expect([level, msg]).toEqual([50, 'the configuration stays as it was: it has mistakes']);
    expect(lines.flatMap(({ mistake }) => (mistake === undefined ? [] : [mistake]))).toEqual([
      `${directory}/c.yaml:1:59: dialects.cos.credentials[0].secret.file: ${directory}/secret is empty; it must have the secret`,
      `${directory}/c.yaml:2:11: limits.idleSecond: there is no such key; did you mean idleSeconds?`,
    ]);
    expect(await statusWith(cos, 'old')).toBe(200);
    write('secret', 'new');
    write('c.yaml', CREDENTIALS);
    await hangUp();
    const { samples } = parseExposition((await adminApi(admin)('/metrics')).text);
    expect(samples.get('crossgate_config_reloads_total{result="refused"}')).toBe(1);
    expect(samples.get('crossgate_config_reloads_total{result="taken-over"}')).toBe(1);
    const at = samples.get('crossgate_config_last_reload_success_timestamp_seconds') ?? 0;
    expect(Math.abs(Date.now() / 1000 - at)).toBeLessThan(60);
  });

  it('changes nothing where something else would have to change, and names it', async () => {
    write('secret', 'old');
    const { cos, hangUp } = await start(CREDENTIALS);
    expect(await statusWith(cos, 'old', 'PUT')).toBe(200);
    write('secret', 'new');
    const port = 'credentials: [{ id: A, secret: new }], port: 1, upstream: "http://127.0.0.1:1"';
    write(
      'c.yaml',
      `data: elsewhere\nlimits: { headerBytes: 2000 }\ndialects: { cos: { ${port} }, boomi: { enabled: false } }\n`,
    );
    expect(await hangUp()).toMatchObject({
      level: 50,
      msg: 'the configuration stays as it was: to change these keys, restart the server',
      keys: ['limits.headerBytes', 'dialects.cos.port', 'dialects.cos.upstream', 'dialects.boomi.enabled'],
    });
    expect(await statusWith(cos, 'old')).toBe(200);
  });

  it('changes limits and the level of the log', async () => {
    const { cos, hangUp, lines } = await start('logLevel: info\n', []);
    await sendCos(cos, HOST, { method: 'PUT' });
    write('c.yaml', 'limits: { keepAliveSeconds: 0.05 }\n');
    expect(await hangUp()).toMatchObject({ changed: ['limits.keepAliveSeconds'] });
    const agent = new Agent({ keepAlive: true });
    const [host, port] = splitAddress(cos);
    const headers = signedHeaders(HOST, {});
    const [response] = (await once(request({ host, port, headers, agent }).end(), 'response')) as [
      IncomingMessage,
    ];
    expect(response.headers['keep-alive']).toBe('timeout=0');
    await once(response.resume(), 'close');
    agent.destroy();
    expect(lines.map(({ level }) => level)).not.toContain(20);
  });
});

describe('an upstream that is changed', () => {
  let old: ScriptedUpstream;
  let next: ScriptedUpstream;

  beforeAll(async () => {
    old = await openScriptedUpstream();
    next = await openScriptedUpstream();
  });
  afterAll(async () => {
    await old.stop();
    await next.stop();
  });

  it('ends the requests that it has, and gets no more', async () => {
    const configOf = (url: string): string => `dialects: { cos: { upstream: '${url}' } }`;
    const { cos, hangUp } = await start(configOf(old.url));
    old.play(() => {});
    next.play(({ connection }) => connection.write(answer('next')));
    const waiting = sendCos(cos, HOST, {});
    const { connection } = await old.request();
    write('c.yaml', configOf(next.url));
    expect(await hangUp()).toMatchObject({ changed: ['dialects.cos.upstream'] });
    expect((await sendCos(cos, HOST, {})).text).toBe('next');
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 20003\r\n\r\nold');
    connection.write('x'.repeat(20_000));
    const { status, text } = await waiting;
    expect([status, text.slice(0, 3), text.length]).toEqual([200, 'old', 20_003]);
    await connection.closed;
    expect(old.requests).toHaveLength(1);
  });

  it('is asked once more where a connection had ended, by the request that had it', async () => {
    const configOf = (url: string): string => `dialects: { cos: { upstream: '${url}' } }`;
    const { cos, hangUp } = await start(configOf(old.url));
    let visits = 0;
    old.play(({ connection }) => {
      visits += 1;
      if (visits === 2) connection.write(answer('second'));
    });
    const waiting = sendCos(cos, HOST, {});
    const { connection } = await old.request();
    write('c.yaml', configOf(next.url));
    await hangUp();
    connection.reset();
    const { status, text } = await waiting;
    expect([status, text]).toEqual([200, 'second']);
  });
});

describeWith(missingOpenssl)('a certificate that is changed', () => {
  it('is shown to new connections, while those that are there go on', async () => {
    makeCertificate(directory, 'first');
    const second = makeCertificate(directory, 'second');
    const configOf = (name: string): string =>
      `tls: { certificate: ${name}.pem, privateKey: ${name}-key.pem }`;
    const { cos, admin, hangUp } = await start(configOf('first'));
    const open = async (address: string): Promise<TLSSocket> => {
      const [host, port] = splitAddress(address);
      const socket = connect({ host, port, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      return socket;
    };
    const nameOf = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN;
    const before = await open(cos);
    expect(nameOf(before)).toBe('first');
    write('c.yaml', configOf('second'));
    expect(await hangUp()).toMatchObject({
      changed: [
        'tls',
        'dialects.cos.tls',
        'dialects.qingstor.tls',
        'dialects.azure-tables.tls',
        'dialects.boomi.tls',
      ],
    });
    for (const address of [cos, admin]) {
      const after = await open(address);
      expect(nameOf(after)).toBe('second');
      after.destroy();
    }
    before.setEncoding('latin1').write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(String(await once(before, 'data'))).toMatch(/^HTTP\/1\.1 403/);
    before.destroy();
    write('second-key.pem', 'no key');
    expect(await hangUp()).toMatchObject({ level: 50 });
    const still = await open(cos);
    expect(nameOf(still)).toBe('second');
    still.destroy();
    expect(second.pem.privateKey).toContain('PRIVATE KEY');
  });
});

describe('fifty SIGHUPs under load', () => {
  const upstreams: Server[] = [];

  afterEach(() => {
    for (const upstream of upstreams.splice(0)) {
      upstream.closeAllConnections();
      upstream.close();
    }
  });

  async function openUpstream(): Promise<string> {
    const upstream = createServer((incoming, response) => {
      incoming.on('end', () => response.end('x'.repeat(30_000))).resume();
    }).listen(0, '127.0.0.1');
    upstreams.push(upstream);
    await once(upstream, 'listening');
    return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  }

  it.each([
    { name: 'one process', flags: [] },
    { name: 'two workers', flags: ['--workers', '2'] },
  ])('lose no request and cut no connection: $name', { timeout: 60_000 }, async ({ flags }) => {
    const urls = [await openUpstream(), await openUpstream()];
    const configOf = (i: number): string => `
limits: { idleSeconds: ${120 + (i % 3)} }
dialects:
  cos: { upstream: '${urls[i % 2]}', credentials: [{ id: A, secret: s${i % 2} }, { id: A, secret: both }] }
  qingstor: { credentials: [{ id: B, secret: s${i} }] }
`;
    const { cos, child, lines } = await start(configOf(0), flags);
    const [host, port] = splitAddress(cos);
    const agents = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    let connections = 0;
    let isOver = false;
    const outcomes = new Map<string, number>();
    const count = (outcome: string): void => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };

    async function sendOne(agent: Agent, i: number): Promise<void> {
      const method = i % 3 === 0 ? 'PUT' : 'GET';
      const target = i % 5 === 0 ? '/?cors' : '/a';
      const body = method === 'PUT' && target === '/a' ? 'y'.repeat(20_000) : undefined;
      const asked = target === '/?cors' ? 'GET' : method;
      const headers = signedHeaders(HOST, { method: asked, target, key: { id: 'A', secret: 'both' } });
      const outgoing = request({ host, port, method: asked, path: target, headers, agent });
      outgoing.on('socket', socket => {
        if (socket.connecting) connections += 1;
      });
      try {
        outgoing.end(body);
        const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
        let length = 0;
        for await (const chunk of response) length += (chunk as Buffer).length;
        const isWhole = target === '/?cors' || length === 30_000;
        count(isWhole ? String(response.statusCode) : 'cut');
      } catch (error) {
        count(String(error));
      }
    }

    const load = agents.map(async agent => {
      for (let i = 0; !isOver; i++) await sendOne(agent, i);
    });
    for (let i = 1; i <= 50; i++) {
      const before = lines.length;
      write('c.yaml', configOf(i));
      child.kill('SIGHUP');
      await vi.waitFor(() => expect(lines.slice(before).map(({ msg }) => msg)).toContain(TAKEN_OVER), {
        timeout: 8_000,
        interval: 5,
      });
    }
    isOver = true;
    await Promise.all(load);
    for (const agent of agents) agent.destroy();
    const total = [...outcomes.values()].reduce((sum, n) => sum + n, 0);
    // 404: the bucket has no rules.
    expect([...outcomes.keys()].sort()).toEqual(['200', '404']);
    expect(total).toBeGreaterThan(50);
    expect(connections).toBe(agents.length);
    expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });
});
