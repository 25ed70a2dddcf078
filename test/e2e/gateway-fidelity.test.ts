/** What the upstream receives, byte for byte, and what comes back from it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, HOST, HOST_LINE, startGateway } from '../support/gateway.ts';
import type { LocalServer } from '../support/local-server.ts';
import {
  openConnection,
  type RawResponse,
  rawRequest,
  sendRaw,
  sendRawRequest,
} from '../support/raw-http.ts';
import {
  answer,
  openScriptedUpstream,
  type ScriptedUpstream,
  type UpstreamRequest,
} from '../support/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let gateway: LocalServer;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url);
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Sends a request through the gateway. */
async function pass(bytes: string, reply = answer('ok')): Promise<[RawResponse, UpstreamRequest]> {
  upstream.play(({ connection }) => connection.end(reply));
  const response = await sendRawRequest(gateway.cos, bytes);
  expect(upstream.requests).toHaveLength(1);
  return [response, await upstream.request()];
}

describe('the target', () => {
  it.each([
    '/b/a/../b',
    '/./a',
    '/%2F%2e%2E/%2f',
    '/a+b%20c',
    '//',
    '//a//',
    '/?a=&b',
    '/a?',
    '/a?&&=&a=b=c&%26',
    '/%E4%b8%ad',
    '/!$\'()*,;:@[]{}|\\^`"<>',
    `/${'k'.repeat(800)}?${'q=1&'.repeat(3000)}`,
  ])('arrives as it was sent: %s', async target => {
    const [response, { line }] = await pass(rawRequest(`GET ${target} HTTP/1.1`, [HOST_LINE]));
    expect([response.status, line]).toEqual([200, `GET ${target} HTTP/1.1`]);
  });

  it.each([
    { target: `http://${HOST}/a/../b?x`, sent: '/a/../b?x' },
    { target: `HTTP://${HOST}?x`, sent: '/?x' },
    { target: `https://${HOST}`, sent: '/' },
  ])('in absolute-form arrives in origin-form: $target', async ({ target, sent }) => {
    const [, { line, headerLines }] = await pass(rawRequest(`GET ${target} HTTP/1.1`, [HOST_LINE]));
    expect(line).toBe(`GET ${sent} HTTP/1.1`);
    expect(headerLines.filter(header => /^host:/i.test(header))).toEqual([`host: ${HOST}`]);
  });
});

describe('the headers', () => {
  it('arrive in order, with their case, their duplicates and their bytes', async () => {
    const lines = [
      'X-Zebra: 1',
      'Date: Fri, 20 Nov 2026 10:00:00 GMT',
      'x-apple: b, a',
      'X-APPLE:   spaced out  ',
      'Content-MD5: 7Qdih1MuhjZehB6Sv8UNjA==',
      'Content-Type: text/plain',
      'content-type: again',
      'x-empty:',
      'Authorization: q-sign-algorithm=sha1&q-ak=x&q-signature=y',
      'Origin: https://a.example',
      'Cookie: a=1',
      'Cookie: b=2',
      'X-Name: \xe4\xb8\xad\xff',
      'Range: bytes=0-1,5-',
      'If-None-Match: W/"x"',
    ];
    const [, { headerLines }] = await pass(rawRequest('GET /a HTTP/1.1', [HOST_LINE, ...lines]));
    const trimmed = lines.map(line => line.replace(/:\s*(.*?)\s*$/, ': $1'));
    expect(headerLines.filter(line => !/^(host|connection|via):/i.test(line))).toEqual(trimmed);
    expect(headerLines).toContain(`host: ${HOST}`);
  });

  it('of the connection stay behind, and those that it names', async () => {
    const [, { headerLines }] = await pass(
      [
        'GET /a HTTP/1.1',
        HOST_LINE,
        'X-Kept: 1',
        'Connection: X-Mine, close , keep-alive, host',
        'x-mine: 1',
        'Keep-Alive: timeout=5',
        'Proxy-Connection: keep-alive',
        'Proxy-Authorization: Basic eA==',
        'TE: trailers',
        'Trailer: X-T',
        'Upgrade: h2c',
        'HTTP2-Settings: x',
        'Expect: 100-continue',
        '',
        '',
      ].join('\r\n'),
    );
    expect(headerLines.map(line => line.split(':', 1)[0])).toEqual(['host', 'connection', 'X-Kept', 'Via']);
    expect(headerLines).toContain(`host: ${HOST}`);
  });

  it('name the hops before this one, each of them', async () => {
    const via = ['Via: 1.1 one', 'Via: 1.0 two, 1.1 three'];
    const [, { headerLines }] = await pass(rawRequest('GET /a HTTP/1.1', [HOST_LINE, ...via]));
    const sent = headerLines.filter(line => /^via:/i.test(line)).join();
    expect(sent).toMatch(/^Via: 1\.1 one, 1\.0 two, 1\.1 three, 1\.1 crossgate-[0-9a-f]+$/);
  });
});

describe('the body of a request', () => {
  /** What came behind the head. */
  const bodyOf = ({ connection }: UpstreamRequest): string =>
    connection.received().slice(connection.received().indexOf('\r\n\r\n') + 4);
  const framing = ({ headerLines }: UpstreamRequest): readonly string[] =>
    headerLines.filter(line => /^(content-length|transfer-encoding):/i.test(line));

  it.each(['PUT', 'POST', 'PATCH', 'DELETE', 'GET', 'PROPFIND'])(
    'arrives, of %s with a length',
    async method => {
      const lines = [HOST_LINE, 'Content-Length: 5'];
      const [response, request] = await pass(rawRequest(`${method} /a HTTP/1.1`, lines, 'a\0\r\n\xff'));
      expect(response.status).toBe(200);
      expect(request.line).toBe(`${method} /a HTTP/1.1`);
      expect([framing(request), bodyOf(request)]).toEqual([['content-length: 5'], 'a\0\r\n\xff']);
    },
  );

  it.each(['PUT', 'POST', 'DELETE', 'GET'])('arrives, of %s in chunks', async method => {
    upstream.play(request => {
      const { socket } = request.connection;
      const look = (): void => {
        if (bodyOf(request).endsWith('\r\n0\r\n\r\n')) request.connection.end(answer('ok'));
        else socket.once('data', () => setImmediate(look));
      };
      look();
    });
    const bytes = rawRequest(
      `${method} /a HTTP/1.1`,
      [HOST_LINE, 'Transfer-Encoding: chunked'],
      '3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n',
    );
    expect((await sendRawRequest(gateway.cos, bytes)).status).toBe(200);
    const request = await upstream.request();
    expect(framing(request)).toEqual(['transfer-encoding: chunked']);
    const chunks = bodyOf(request).replaceAll(/\r\n|^/g, '|');
    // How it is divided is a matter of the hop.
    expect(chunks.replaceAll(/\|[0-9a-f]+\|/g, '').replaceAll('|', '')).toBe('abcde');
  });

  it.each([
    { method: 'PUT', lines: ['Content-Length: 0'], sent: ['content-length: 0'] },
    { method: 'POST', lines: ['Content-Length: 0'], sent: ['content-length: 0'] },
    { method: 'PUT', lines: ['Transfer-Encoding: chunked'], sent: ['content-length: 0'] },
    { method: 'PUT', lines: [], sent: ['content-length: 0'] },
    // The SDK of COS signs these.
    { method: 'DELETE', lines: ['Content-Length: 0'], sent: ['Content-Length: 0'] },
    { method: 'HEAD', lines: ['Content-Length: 0'], sent: ['Content-Length: 0'] },
    { method: 'GET', lines: ['Content-Length: 0'], sent: ['Content-Length: 0'] },
    { method: 'DELETE', lines: [], sent: [] },
    { method: 'GET', lines: ['Transfer-Encoding: chunked'], sent: [] },
    { method: 'HEAD', lines: [], sent: [] },
  ])('that is empty is framed without doubt: $method $lines', async ({ method, lines, sent }) => {
    const body = lines.includes('Transfer-Encoding: chunked') ? '0\r\n\r\n' : '';
    const bytes = rawRequest(`${method} /a HTTP/1.1`, [HOST_LINE, ...lines], body);
    const [, request] = await pass(bytes, method === 'HEAD' ? answer('') : answer('ok'));
    expect([framing(request), bodyOf(request)]).toEqual([sent, '']);
  });
});

describe('the answer', () => {
  const get = rawRequest('GET /a HTTP/1.1', [HOST_LINE]);
  const lineOf = (response: string): string => response.split('\r\n', 1)[0] ?? '';

  async function passRaw(bytes: string, reply: string): Promise<string> {
    upstream.play(({ connection }) => connection.end(reply));
    const connection = await openConnection(gateway.cos);
    connection.write(bytes);
    return await connection.untilClosed();
  }

  it('keeps its status, its reason, and its headers in order, with case, duplicates and bytes', async () => {
    const lines = [
      'X-B: 2',
      'x-a: 1',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'ETag: "\xff"',
      'Server: x',
      'Date: never',
    ];
    const reply = answer('body', lines, '299 Very Fine');
    const received = await passRaw(get, reply);
    expect(lineOf(received)).toBe('HTTP/1.1 299 Very Fine');
    const [head = '', body] = received.split('\r\n\r\n');
    expect(head.split('\r\n').slice(1, -1)).toEqual([...lines, 'Content-Length: 4']);
    expect(body).toBe('body');
  });

  it('loses the headers of its connection, and those that it names', async () => {
    const reply = answer('body', [
      'Keep-Alive: timeout=9',
      'Connection: x-mine, content-length',
      'X-Mine: 1',
      'X-Kept: 1',
      'Proxy-Authenticate: Basic',
      'Upgrade: h2c',
    ]);
    const [response] = await pass(get, reply);
    expect([...response.headers.keys()]).toEqual(['x-kept', 'content-length', 'date', 'connection']);
    expect(response.headers.get('connection')).toBe('close');
  });

  it.each([
    {
      name: 'HEAD with a length',
      request: 'HEAD',
      head: ['200 OK', 'Content-Length: 5000000000'],
      kept: /^content-length: 5000000000\r$/im,
    },
    {
      name: 'HEAD with a short length',
      request: 'HEAD',
      head: ['200 OK', 'Content-Length: 5'],
      kept: /^content-length: 5\r$/im,
    },
    {
      name: 'HEAD in chunks',
      request: 'HEAD',
      head: ['200 OK', 'Transfer-Encoding: chunked', 'ETag: "a"'],
      kept: /^etag: "a"\r$/im,
    },
    {
      name: '304 with a length',
      request: 'GET',
      head: ['304 Not Modified', 'Content-Length: 50', 'ETag: "a"'],
      kept: /^content-length: 50\r$/im,
    },
    {
      name: '304 with a long length',
      request: 'GET',
      head: ['304 Not Modified', 'Content-Length: 50000'],
      kept: /^content-length: 50000\r$/im,
    },
    { name: '304', request: 'GET', head: ['304 Not Modified', 'ETag: "a"'], kept: /^etag: "a"\r$/im },
    { name: '204', request: 'DELETE', head: ['204 No Content', 'X-A: 1'], kept: /^x-a: 1\r$/im },
    {
      name: '205',
      request: 'GET',
      head: ['205 Reset Content', 'Content-Length: 0'],
      kept: /^content-length: 0\r$/im,
    },
    {
      name: '416',
      request: 'GET',
      head: ['416 Range Not Satisfiable', 'Content-Range: bytes */10', 'Content-Length: 0'],
      kept: /^content-range: bytes \*\/10\r$/im,
    },
    {
      name: 'a redirect',
      request: 'GET',
      head: ['307 Temporary Redirect', 'Location: http://other.example/x', 'Content-Length: 0'],
      kept: /^location: http:\/\/other\.example\/x\r$/im,
    },
  ])('without content comes through: $name', async ({ request, head, kept }) => {
    const received = await passRaw(
      rawRequest(`${request} /a HTTP/1.1`, [HOST_LINE]),
      `HTTP/1.1 ${head.join('\r\n')}\r\n\r\n`,
    );
    expect(lineOf(received)).toBe(`HTTP/1.1 ${head[0]}`);
    expect(received).toMatch(kept);
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe('');
  });

  it.each(['0', '3', '50000'])('of 204 loses its length, which it must not have: %s', async length => {
    const head = ['204 No Content', 'X-A: 1', `Content-Length: ${length}`, 'X-B: 2'];
    const received = await passRaw(get, `HTTP/1.1 ${head.join('\r\n')}\r\n\r\n`);
    const [line, ...headerLines] = received.trimEnd().split('\r\n');
    expect(line).toBe('HTTP/1.1 204 No Content');
    expect(headerLines.filter(text => !/^(date|connection):/i.test(text))).toEqual(['X-A: 1', 'X-B: 2']);
  });

  it.each([
    {
      name: 'with a length',
      bytes: 100_000,
      head: (n: number) => `Content-Length: ${n}\r\n`,
      encode: (body: string) => body,
    },
    {
      name: 'up to the end of the connection',
      bytes: 100_000,
      head: () => '',
      encode: (body: string) => body,
    },
    {
      name: 'in chunks',
      bytes: 100_000,
      head: () => 'Transfer-Encoding: Chunked\r\nTrailer: x-t\r\n',
      encode: (body: string) =>
        `a\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16)};e=1\r\n${body.slice(10)}\r\n0\r\nX-T: 1\r\n\r\n`,
    },
    { name: 'of HTTP/1.0', bytes: 10, head: () => '', encode: (body: string) => body },
  ])('comes through whole: $name', async ({ name, bytes, head, encode }) => {
    const body = Array.from({ length: bytes }, (_, i) => String.fromCharCode(i % 256)).join('');
    const version = name === 'of HTTP/1.0' ? '1.0' : '1.1';
    const received = await passRaw(
      rawRequest('GET /a HTTP/1.1', [HOST_LINE]),
      `HTTP/${version} 200 OK\r\n${head(bytes)}\r\n${encode(body)}`,
    );
    expect(lineOf(received)).toBe('HTTP/1.1 200 OK');
    const content = received.slice(received.indexOf('\r\n\r\n') + 4);
    expect(/^transfer-encoding: chunked\r$/im.test(received) ? unchunk(content) : content).toBe(body);
  });

  it.each([0, 1, 1024, 8192, 8193, 16_384, 16_385])(
    'of %i bytes comes through whole, whatever the bytes are, and the connection stays',
    async length => {
      const body = Array.from({ length }, (_, i) => String.fromCharCode(i % 256)).join('');
      upstream.play(({ line, connection }) => {
        connection.write(
          line.startsWith('GET /1') ? answer(body, ['X-A: \xe9']) : answer('next', ['Connection: close']),
        );
      });
      const connection = await openConnection(gateway.cos);
      connection.write(`GET /1 HTTP/1.1\r\n${HOST_LINE}\r\n\r\n`);
      await connection.untilReceived(length + 1);
      connection.write(rawRequest('GET /2 HTTP/1.1', [HOST_LINE]));
      const received = await connection.untilClosed();
      const start = received.indexOf('\r\n\r\n') + 4;
      expect(received.slice(0, start)).toMatch(/^X-A: \xe9\r$/m);
      expect(received.slice(start, start + length) === body).toBe(true);
      expect(received.slice(start + length)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nnext$/s);
    },
  );

  it('to HTTP/1.0 without a length ends with its connection', async () => {
    const received = await passRaw(
      `GET /a HTTP/1.0\r\n${HOST_LINE}\r\n\r\n`,
      'HTTP/1.1 200 OK\r\n\r\nall of it',
    );
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe('all of it');
    expect(received).not.toMatch(/^transfer-encoding:/im);
  });

  it('of requests that did not wait come in their order', async () => {
    upstream.play(({ line, connection }) => connection.end(answer(line)));
    const one = `GET /1 HTTP/1.1\r\n${HOST_LINE}\r\n\r\n`;
    const responses = await sendRaw(
      gateway.cos,
      one + one.replace('/1', '/2') + rawRequest('GET /3 HTTP/1.1', [HOST_LINE]),
    );
    expect(responses.map(({ body }) => body)).toEqual([
      'GET /1 HTTP/1.1',
      'GET /2 HTTP/1.1',
      'GET /3 HTTP/1.1',
    ]);
  });
});

describe('the other dialect', () => {
  it('is passed on the same way', async () => {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const lines = [
      `Host: ${BUCKET.split('-')[0]}.pek3a.qingstor.com`,
      'Date: Fri, 20 Nov 2026 10:00:00 GMT',
      'Authorization: QS a:b',
    ];
    expect((await sendRawRequest(gateway.qingstor, rawRequest('GET /a/../b? HTTP/1.1', lines))).status).toBe(
      200,
    );
    const { line, headerLines } = await upstream.request();
    expect(line).toBe('GET /a/../b? HTTP/1.1');
    expect(headerLines).toEqual(expect.arrayContaining(lines.map(header => header.replace('Host', 'host'))));
  });
});

/** The content of a body in chunks, taken strictly. */
function unchunk(text: string): string {
  let content = '';
  let rest = text;
  for (;;) {
    const [, size = ''] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    const count = Number.parseInt(size, 16);
    if (count === 0) {
      expect(rest).toBe('0\r\n\r\n');
      return content;
    }
    content += rest.slice(size.length + 2, size.length + 2 + count);
    expect(rest.slice(size.length + 2 + count, size.length + 4 + count)).toBe('\r\n');
    rest = rest.slice(size.length + 4 + count);
  }
}
