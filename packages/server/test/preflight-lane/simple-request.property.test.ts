import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { headerValue } from '@crossgate/dialects';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSimpleRequest } from '../../src/preflight-lane/simple-request.ts';

/** What Node's parser makes of the bytes of one connection: the requests, and whether it then gave up. */
interface Parsed {
  readonly requests: readonly Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders' | 'httpVersion'>[];
  readonly failed: boolean;
}

/** Pieces from which requests are made that are nearly simple. */
const PIECES = [
  ...[
    'OPTIONS ',
    'GET ',
    '/',
    '/b/k?q=1',
    ' HTTP/1.1',
    ' HTTP/1.0',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
  ],
  ...['Host: a\r\n', 'host:a:80\r\n', 'Origin: https://a.example\r\n', 'Content-Length: 0\r\n', 'x: y\r\n'],
  ...[
    'Access-Control-Request-Method: PUT\r\n',
    'access-control-request-HEADERS: x-a\r\n',
    'ORIGIN:b\r\n',
    'Connection: keep-alive\r\n',
    'TE: trailers\r\n',
    ':',
    ',',
    '\0',
  ],
  ...['Transfer-Encoding: chunked\r\n', '0\r\n\r\n', 'Upgrade: h2c\r\n', 'é', '"', '(', 'a', 'Z', '%2F', '*'],
];

const SIMPLE = 'OPTIONS /b/k HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n\r\n';

const texts = fc.oneof(
  // A simple request with something put into it, or taken out.
  fc
    .tuple(fc.nat(SIMPLE.length), fc.nat(3), fc.constantFrom('', ...PIECES))
    .map(([at, count, piece]) => `${SIMPLE.slice(0, at)}${piece}${SIMPLE.slice(at + count)}`),
  fc
    .array(fc.constantFrom(...PIECES), { maxLength: 12 })
    .map(pieces => `OPTIONS /b HTTP/1.1\r\nHost: a\r\n${pieces.join('')}\r\n`),
  fc
    .array(fc.tuple(fc.stringMatching(/^[!-~]{1,12}$/), fc.stringMatching(/^[\t -~\x80-\xff]{0,12}$/)), {
      maxLength: 6,
    })
    .map(
      fields =>
        `OPTIONS /b HTTP/1.1\r\nHost: a\r\n${fields.map(([name, value]) => `${name}:${value}\r\n`).join('')}\r\n`,
    ),
);

describe('readSimpleRequest', () => {
  let server: Server;
  let take: (parsed: Parsed) => void = () => {};

  beforeAll(async () => {
    server = createServer({ requireHostHeader: false });
    server.on('connection', socket => {
      const requests: IncomingMessage[] = [];
      let failed = false;
      socket.on('error', () => {});
      server.on('request', keep).on('clientError', fail);
      function keep(request: IncomingMessage): void {
        if (request.socket === socket) requests.push(request);
      }
      function fail(): void {
        failed = true;
        socket.destroy();
      }
      socket.on('close', () => {
        server.off('request', keep).off('clientError', fail);
        take({ requests, failed });
      });
      // Everything is there when the client has said that no more comes.
      socket.on('end', () => socket.destroy());
    });
    server.on('request', (request, response) => {
      request.resume();
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  async function parse(text: string): Promise<Parsed> {
    const parsed = new Promise<Parsed>(resolve => {
      take = resolve;
    });
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume().end(Buffer.from(text, 'latin1'));
    return await parsed;
  }

  it("reads what Node's parser reads, whenever it reads anything", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(texts, async text => {
        const simple = readSimpleRequest(text, 0, 4096);
        if (!simple) return;
        read++;
        const [first] = (await parse(text.slice(0, simple.end))).requests;
        const { method, target, rawHeaders } = simple.head;
        expect(first).toBeDefined();
        expect([first?.method, first?.url, first?.httpVersion]).toEqual([method, target, '1.1']);
        expect(first?.rawHeaders).toEqual(rawHeaders);
        expect(simple.preflight).toEqual({
          origin: headerValue(simple.head, 'origin'),
          requestMethod: headerValue(simple.head, 'access-control-request-method'),
          requestHeaders: headerValue(simple.head, 'access-control-request-headers'),
        });
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it("leaves the rest of a connection where Node's parser would go on", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async text => {
        const simple = readSimpleRequest(text, 0, 4096);
        if (!simple) return;
        const whole = await parse(`${text.slice(0, simple.end)}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
        expect(whole.requests.map(({ url }) => url)).toEqual([simple.head.target, '/next']);
        expect(whole.failed).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
