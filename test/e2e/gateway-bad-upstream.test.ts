/** Upstreams that are not there, hang, break off, or send what is not HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseExposition } from '../support/exposition.ts';
import { freePort } from '../support/free-port.ts';
import { type Gateway, HOST_LINE, SHORT_TIMEOUTS, startGateway } from '../support/gateway.ts';
import { openConnection, parseResponses, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import {
  answer,
  openScriptedUpstream,
  type Script,
  type ScriptedUpstream,
  type UpstreamConnection,
} from '../support/scripted-upstream.ts';

const GET = rawRequest('GET /a HTTP/1.1', [HOST_LINE]);
const POST = rawRequest('POST /a HTTP/1.1', [HOST_LINE, 'Content-Length: 1'], 'x');

let upstream: ScriptedUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url, SHORT_TIMEOUTS);
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Everything that a client receives, up to the end of its connection. */
async function receive(request: string, script: Script): Promise<string> {
  upstream.play(script);
  gateway.logged.length = 0;
  const connection = await openConnection(gateway.cos);
  connection.write(request);
  return await connection.untilClosed();
}

/** One answer, complete, an error of the dialect; the reason stands in the log. */
function expectFault(received: string, status: 502 | 504): void {
  const [response, ...others] = parseResponses(received);
  const code = status === 502 ? 'BadGateway' : 'GatewayTimeout';
  expect([response?.status, response?.code, others]).toEqual([status, code, []]);
  expect(response?.headers.get('content-type')).toBe('application/xml');
  expect(response?.body).toContain(`<RequestId>${response?.headers.get('x-cos-request-id')}</RequestId>`);
  expect(gateway.logged).toMatchObject([{ level: 40, upstream: upstream.url, msg: 'an upstream failed' }]);
}

describe('an upstream that answers what is not an answer', () => {
  it.each([
    { name: 'garbage', bytes: 'garbage\r\n\r\n' },
    { name: 'a request', bytes: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
    { name: 'bytes of TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc' },
    { name: 'no head, as HTTP/0.9', bytes: '<html>hello</html>' },
    { name: 'another version', bytes: 'HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nok' },
    { name: 'a status of two digits', bytes: 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok' },
    { name: 'the status 000', bytes: 'HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok' },
    {
      name: 'a length and chunks',
      bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    },
    {
      name: 'chunks and a length',
      bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    },
    { name: 'two lengths', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!' },
    { name: 'two lengths in one line', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok!' },
    { name: 'a length with a sign', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok' },
    { name: 'a negative length', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok' },
    { name: 'an endless length', bytes: `HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\nok` },
    { name: 'a length in hexadecimal', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok' },
    {
      name: 'gzip as its coding',
      bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    },
    { name: 'gzip alone as its coding', bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok' },
    {
      name: 'chunks twice',
      bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    },
    {
      name: 'two codings in two lines',
      bytes:
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    },
    { name: 'a head without end', bytes: `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(80_000)}` },
    { name: 'a head of too many lines', bytes: `HTTP/1.1 200 OK\r\n${'X-A: abcdefgh\r\n'.repeat(6000)}\r\n` },
    { name: 'a NUL in a value', bytes: 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok' },
    {
      name: 'a bare CR in a value',
      bytes: 'HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok',
    },
    { name: 'a bare CR in the reason', bytes: 'HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\nok' },
    {
      name: 'another control character in a value',
      bytes: 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 2\r\n\r\nok',
    },
    ...[...'\x02\x08\x0b\x0c\x1f\x7f'].map(character => ({
      name: `a value with the byte ${character.charCodeAt(0)}`,
      bytes: `HTTP/1.1 200 OK\r\nX-A: a${character}b\r\nContent-Length: 2\r\n\r\nok`,
    })),
    { name: 'a blank in a name', bytes: 'HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 2\r\n\r\nok' },
    { name: 'a blank behind a name', bytes: 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok' },
    { name: 'a name that is empty', bytes: 'HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 2\r\n\r\nok' },
    { name: 'a line without a colon', bytes: 'HTTP/1.1 200 OK\r\nX-A\r\nContent-Length: 2\r\n\r\nok' },
    { name: '100 that nobody asked for', bytes: `HTTP/1.1 100 Continue\r\n\r\n${answer('ok')}` },
    {
      name: '101 that nobody asked for',
      bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello',
    },
    { name: 'a small answer that is cut short', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok' },
    { name: 'a head that is cut short', bytes: 'HTTP/1.1 200 OK\r\nContent-Le' },
    { name: 'nothing', bytes: '' },
  ])('is told of as 502: $name', async ({ bytes }) => {
    expectFault(await receive(GET, ({ connection }) => connection.end(bytes)), 502);
  });

  it.each([
    { name: 'before the head', bytes: '' },
    { name: 'in the head', bytes: 'HTTP/1.1 200 OK\r\nX-A' },
    { name: 'in a small body', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok' },
  ])('is told of as 502 when it resets $name', async ({ bytes }) => {
    const received = await receive(POST, ({ connection }) => {
      connection.socket.write(bytes, () => connection.reset());
    });
    expectFault(received, 502);
  });

  it.each([
    { name: '102', bytes: 'HTTP/1.1 102 Processing\r\n\r\n' },
    { name: '103 with headers', bytes: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX-Early: 1\r\n\r\n' },
    { name: '103 twice', bytes: 'HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n'.repeat(2) },
    { name: '199', bytes: 'HTTP/1.1 199 Odd\r\nX-Early: 1\r\n\r\n' },
  ])('is forgiven interim answers, which go no further: $name', async ({ bytes }) => {
    const received = await receive(GET, ({ connection }) => connection.end(bytes + answer('ok')));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/\r\n\r\nok$/);
    expect(received).not.toMatch(/early/i);
  });

  it('has nothing of what it sent in the log', async () => {
    await receive(GET, ({ connection }) => connection.end('HTTP/1.1 200 OK\r\nX-A : SECRET\r\n\r\n'));
    const reason = 'Response does not match the HTTP/1.1 protocol (Invalid header token)';
    expect(gateway.logged).toMatchObject([{ reason }]);
    expect(JSON.stringify(gateway.logged)).not.toContain('SECRET');
  });

  it('gets no more read than it announced', async () => {
    const smuggled = answer('smuggled');
    const script: Script = ({ connection }) => {
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${smuggled}`);
    };
    for (let i = 0; i < 3; i++) expect((await receive(GET, script)).endsWith('\r\n\r\nok')).toBe(true);
    expect(await receive(GET, ({ connection }) => connection.end(answer('next')))).toMatch(/\r\n\r\nnext$/);
  });
});

describe('an answer that has begun and cannot be finished', () => {
  const BIG = 'x'.repeat(40_000);

  it.each([
    { name: 'short of its length', bytes: `HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${BIG}` },
    {
      name: 'without its last chunk',
      bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n${BIG}\r\n`,
    },
    {
      name: 'in the middle of a chunk',
      bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n${BIG}`,
    },
    {
      name: 'with a chunk that is none',
      bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n${BIG}\r\nzz\r\n`,
    },
    {
      name: 'with a chunk longer than numbers go',
      bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n${BIG}\r\nfffffffffffffffff\r\n`,
    },
  ])('is cut off, so that it shows: $name', async ({ bytes }) => {
    const received = await receive(GET, ({ connection }) => connection.end(bytes));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expectTruncated(received);
    expect(gateway.logged).toMatchObject([{ level: 40, msg: 'an upstream failed' }]);
  });

  it('is cut off when the upstream resets', async () => {
    const received = await receive(GET, ({ connection }) => {
      const bytes = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n${BIG}\r\n`;
      connection.socket.write(bytes, () => setImmediate(() => connection.reset()));
    });
    expectTruncated(received);
  });

  it('is cut off when it stands still', async () => {
    const received = await receive(GET, ({ connection }) => {
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${BIG}`);
    });
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expectTruncated(received);
    await (await upstream.request()).connection.closed;
    expect(gateway.logged).toMatchObject([{ level: 40, code: 'UND_ERR_BODY_TIMEOUT' }]);
  });

  /** Short of its length, or without the chunk that ends it. */
  function expectTruncated(received: string): void {
    const [head = '', ...rest] = received.split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    const length = /^content-length: (\d+)\r?$/im.exec(head)?.[1];
    if (length === undefined) expect(body.endsWith('\r\n0\r\n\r\n')).toBe(false);
    else expect(body.length).toBeLessThan(Number(length));
  }
});

describe('an upstream that is slow', () => {
  it('is told of as 504 when no head comes', async () => {
    const received = await receive(POST, () => {});
    expectFault(received, 504);
    await (await upstream.request()).connection.closed;
  });

  it('is told of as 504 when a head does not end', async () => {
    expectFault(await receive(GET, ({ connection }) => connection.write('HTTP/1.1 200 OK\r\nX-A: ')), 504);
  });

  it('is told of as 504 when a small body does not end', async () => {
    const script: Script = ({ connection }) =>
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok');
    expectFault(await receive(GET, script), 504);
  });
});

describe('an upstream that is not there', () => {
  it('is told of as 502 when it refuses connections', async () => {
    const other = await startGateway(`http://127.0.0.1:${await freePort()}`);
    for (const request of [GET, POST, GET]) {
      const response = await sendRawRequest(other.cos, request);
      expect([response.status, response.code]).toEqual([502, 'BadGateway']);
    }
    const qingstor = await sendRawRequest(other.qingstor, rawRequest('GET /b/a HTTP/1.1', ['Host: a']));
    expect([qingstor.status, qingstor.code]).toEqual([502, 'bad_gateway']);
    expect(qingstor.headers.get('content-type')).toBe('application/json');
    expect(other.logged).toMatchObject(Array(4).fill({ level: 40, code: 'ECONNREFUSED' }));
    await other.stop();
  });

  it('is told of as 502 when its name is not known', async () => {
    const other = await startGateway('http://nowhere.invalid');
    const response = await sendRawRequest(other.cos, GET);
    expect([response.status, response.code]).toEqual([502, 'BadGateway']);
    await other.stop();
  });

  it('is told of as 504 when it takes no connection', async () => {
    const deaf = await openDeafListener();
    const other = await startGateway(`http://127.0.0.1:${deaf.port}`, SHORT_TIMEOUTS);
    const response = await sendRawRequest(other.cos, GET);
    expect([response.status, response.code]).toEqual([504, 'GatewayTimeout']);
    const qingstor = await sendRawRequest(other.qingstor, rawRequest('GET /b/a HTTP/1.1', ['Host: a']));
    expect([qingstor.status, qingstor.code]).toEqual([504, 'gateway_timeout']);
    await other.stop();
    deaf.stop();
  });
});

describe('an upstream that closes connections between requests', () => {
  const KEPT_OPEN = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

  it('fails no request that can be sent again', async () => {
    // The request meets the end of the connection: it was sent before that was seen.
    let seen = 0;
    upstream.play(({ connection }) => {
      seen += 1;
      if (seen % 2 === 1) connection.write(KEPT_OPEN);
      else connection.reset();
    });
    for (let i = 0; i < 20; i++) {
      const method = ['GET', 'HEAD', 'DELETE'][i % 3];
      const { status } = await sendRawRequest(gateway.cos, rawRequest(`${method} /a HTTP/1.1`, [HOST_LINE]));
      expect([i, method, status]).toEqual([i, method, 200]);
    }
  });

  it('fails none either when all connections that were kept are lost at once', async () => {
    const AT_ONCE = 4;
    const used = new Set<UpstreamConnection>();
    upstream.play(({ connection }) => {
      used.add(connection);
      if (used.size === AT_ONCE) for (const { write } of used) write(KEPT_OPEN);
    });
    const ask = (): Promise<number> => sendRawRequest(gateway.cos, GET).then(({ status }) => status);
    expect(await Promise.all(Array.from({ length: AT_ONCE }, ask))).toEqual(Array(AT_ONCE).fill(200));
    upstream.play(({ connection }) => {
      if (used.has(connection)) connection.reset();
      else connection.end(answer('ok'));
    });
    expect(await ask()).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it('is left no connection when the client goes away while it is asked again', async () => {
    const lossy = await openScriptedUpstream();
    const other = await startGateway(lossy.url);
    lossy.play(({ connection }) => {
      if (lossy.requests.length === 1) connection.reset();
      else if (lossy.requests.length === 3) connection.end(answer('ok'));
    });
    const client = await openConnection(other.cos);
    client.write(GET);
    const { connection } = await lossy.request(1);
    client.destroy();
    await connection.closed;
    // Whatever is opened in its place comes before this one.
    expect((await sendRawRequest(other.cos, GET)).status).toBe(200);
    await vi.waitFor(() => expect(lossy.openConnections()).toBe(0));
    await other.stop();
    await lossy.stop();
  });

  it('leaves nothing behind on a response that is then streamed', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const body = 'x'.repeat(100_000);
    const received = await receive(GET, ({ connection }) => {
      if (upstream.requests.length === 1) connection.reset();
      else connection.end(answer(body));
    });
    expect(received.endsWith(`\r\n\r\n${body}`)).toBe(true);
    expect([upstream.requests.length, warnings]).toEqual([2, []]);
  });

  it('is asked again once only', async () => {
    expectFault(await receive(GET, ({ connection }) => connection.reset()), 502);
    expect(upstream.requests).toHaveLength(2);
  });

  it.each([
    { name: 'a POST', request: rawRequest('POST /a HTTP/1.1', [HOST_LINE, 'Content-Length: 0']) },
    {
      name: 'a PUT with content',
      request: rawRequest('PUT /a HTTP/1.1', [HOST_LINE, 'Content-Length: 1'], 'x'),
    },
  ])('is not asked again with $name', async ({ request }) => {
    expectFault(await receive(request, ({ connection }) => connection.reset()), 502);
    expect(upstream.requests).toHaveLength(1);
  });

  it('is not asked again when some of its answer has gone on', async () => {
    const bytes = `HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(40_000)}`;
    await receive(GET, ({ connection }) => connection.end(bytes));
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('crossgate_upstream_failures_total', () => {
  /** By the labels `dialect` and `fault`. */
  async function failuresOf({ admin }: Gateway): Promise<Record<string, number>> {
    const { samples } = parseExposition(await (await fetch(`http://${admin}/metrics`)).text());
    const labels = /^crossgate_upstream_failures_total\{dialect="([^"]*)",fault="([^"]*)"\}$/;
    const counted: Record<string, number> = {};
    for (const [line, count] of samples) {
      const [, dialect, failure] = labels.exec(line) ?? [];
      if (failure !== undefined) counted[`${dialect} ${failure}`] = count;
    }
    return counted;
  }

  const CUT = `HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(40_000)}`;

  it.each<{ name: string; script: Script; counted: string | undefined }>([
    {
      name: 'garbage',
      script: ({ connection }) => connection.end('garbage\r\n\r\n'),
      counted: 'upstream-failed',
    },
    {
      name: 'a small answer that is cut short',
      script: ({ connection }) => connection.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok'),
      counted: 'upstream-failed',
    },
    { name: 'silence', script: () => {}, counted: 'upstream-timeout' },
    {
      name: 'a large answer that is cut short',
      script: ({ connection }) => connection.end(CUT),
      counted: 'upstream-broke-off',
    },
    {
      name: 'a large answer that stands still',
      script: ({ connection }) => connection.write(CUT),
      counted: 'upstream-broke-off',
    },
    {
      name: 'a reset of the first attempt and of the second',
      script: ({ connection }) => connection.reset(),
      counted: 'upstream-failed',
    },
    {
      name: 'a reset of the first attempt alone',
      script: ({ connection }) => {
        if (upstream.requests.length === 1) connection.reset();
        else connection.end(answer('ok'));
      },
      counted: undefined,
    },
    {
      name: 'an error of its own',
      script: ({ connection }) => connection.end(answer('no', [], '503 Busy')),
      counted: undefined,
    },
  ])('counts $name once, as $counted', async ({ script, counted }) => {
    const before = await failuresOf(gateway);
    await receive(GET, script);
    const key = `cos ${counted}`;
    const moved = counted === undefined ? {} : { [key]: (before[key] ?? 0) + 1 };
    expect(await failuresOf(gateway)).toEqual({ ...before, ...moved });
  });

  it('does not count a client that goes away', async () => {
    const before = await failuresOf(gateway);
    upstream.play(({ connection }) => connection.write(CUT));
    const client = await openConnection(gateway.cos);
    client.write(GET);
    await client.untilReceived(1);
    const { connection } = await upstream.request();
    client.destroy();
    await connection.closed;
    expect(await failuresOf(gateway)).toEqual(before);
  });

  it('counts an upstream that is not there by dialect', async () => {
    const other = await startGateway('http://nowhere.invalid');
    await sendRawRequest(other.cos, GET);
    await sendRawRequest(other.cos, GET);
    await sendRawRequest(other.qingstor, rawRequest('GET /b/a HTTP/1.1', ['Host: a']));
    expect(await failuresOf(other)).toEqual({
      'cos upstream-unreachable': 2,
      'qingstor upstream-unreachable': 1,
    });
    await other.stop();
  });
});

interface DeafListener {
  readonly port: number;
  readonly stop: () => void;
}

/** A port whose queue of connections is full, held by a process that is stopped: attempts to connect hang. */
async function openDeafListener(): Promise<DeafListener> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const sockets: Socket[] = [];
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port });
    sockets.push(socket);
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      new Promise(resolve => setTimeout(() => resolve('hangs'), 300)),
    ]);
    if (outcome === 'hangs') break;
  }
  return {
    port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
