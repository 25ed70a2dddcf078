/** Requests that two servers could read in two ways: each is refused, or goes on with one meaning. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, HOST, HOST_LINE, startGateway } from '../../support/gateway.ts';
import { openConnection, parseResponses, sendRaw } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST_LINE}\r\nConnection: close\r\n\r\n`;

let upstream: ScriptedUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url);
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

interface Passed {
  /** The status and code of every answer. */
  readonly answers: readonly (readonly [status: number, code: string | undefined])[];
  /** What the upstream was sent, taken apart as strictly as can be. */
  readonly sent: readonly SentRequest[];
}

interface SentRequest {
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Sends bytes and no more, and waits until all is answered. */
async function pass(bytes: string): Promise<Passed> {
  upstream.play(({ connection }) => {
    // In another turn: all that belongs to the request has come by then.
    setTimeout(() => connection.end(answer('ok')), 20);
  });
  const client = await openConnection(gateway.cos);
  client.write(bytes);
  const answers = parseResponses(await client.untilClosed());
  return {
    answers: answers.map(({ status, code }) => [status, code]),
    sent: upstream.connections.flatMap(connection => strictRequests(connection.received())),
  };
}

function post(headerLines: readonly string[], body: string): string {
  return `POST /a HTTP/1.1\r\n${[HOST_LINE, ...headerLines].join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;
}

describe('a request that is not sure of its end', () => {
  it.each([
    {
      name: 'a length and chunks',
      lines: ['Content-Length: 6', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\nX',
    },
    {
      name: 'chunks and a length',
      lines: ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      body: `2\r\nab\r\n0\r\n\r\n${SMUGGLED}`,
    },
    { name: 'chunked, identity', lines: ['Transfer-Encoding: chunked, identity'], body: '0\r\n\r\n' },
    { name: 'identity, chunked', lines: ['Transfer-Encoding: identity, chunked'], body: '0\r\n\r\n' },
    { name: 'gzip, chunked', lines: ['Transfer-Encoding: gzip, chunked'], body: '0\r\n\r\n' },
    { name: 'identity', lines: ['Transfer-Encoding: identity', 'Content-Length: 1'], body: 'x' },
    { name: 'identity alone', lines: ['Transfer-Encoding: identity'], body: SMUGGLED },
    { name: 'xchunked', lines: ['Transfer-Encoding: xchunked'], body: '0\r\n\r\n' },
    {
      name: 'xchunked with a length',
      lines: ['Transfer-Encoding: xchunked', 'Content-Length: 5'],
      body: '0\r\n\r\n',
    },
    { name: 'chunked-x', lines: ['Transfer-Encoding: chunkedx'], body: '0\r\n\r\n' },
    { name: 'chunked;x', lines: ['Transfer-Encoding: chunked;x'], body: '0\r\n\r\n' },
    { name: '"chunked"', lines: ['Transfer-Encoding: "chunked"'], body: '0\r\n\r\n' },
    {
      name: 'chunked twice',
      lines: ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    },
    { name: 'chunked twice in a line', lines: ['Transfer-Encoding: chunked, chunked'], body: '0\r\n\r\n' },
    {
      name: 'chunked and identity',
      lines: ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      body: '0\r\n\r\n',
    },
    {
      name: 'identity and chunked',
      lines: ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    },
    { name: 'an empty coding', lines: ['Transfer-Encoding:'], body: '' },
    {
      name: 'an empty coding and chunked',
      lines: ['Transfer-Encoding:', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    },
    { name: 'a comma before chunked', lines: ['Transfer-Encoding: ,chunked'], body: '0\r\n\r\n' },
    { name: 'a comma behind chunked', lines: ['Transfer-Encoding: chunked,'], body: '0\r\n\r\n' },
    { name: 'a form feed behind chunked', lines: ['Transfer-Encoding: chunked\x0c'], body: '0\r\n\r\n' },
    {
      name: 'a blank behind the name of the coding',
      lines: ['Transfer-Encoding : chunked'],
      body: '0\r\n\r\n',
    },
    {
      name: 'a tab behind the name of the coding',
      lines: ['Transfer-Encoding\t: chunked'],
      body: '0\r\n\r\n',
    },
    {
      name: 'a blank before the name of the coding',
      lines: [' Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    },
    { name: 'two lengths', lines: ['Content-Length: 5', 'Content-Length: 6'], body: '12345X' },
    { name: 'the same length twice', lines: ['Content-Length: 5', 'Content-Length: 5'], body: '12345' },
    { name: 'a list of lengths', lines: ['Content-Length: 5, 5'], body: '12345' },
    { name: 'a length with a sign', lines: ['Content-Length: +5'], body: '12345' },
    { name: 'a negative length', lines: ['Content-Length: -5'], body: '12345' },
    { name: 'a length in hexadecimal', lines: ['Content-Length: 0x5'], body: '12345' },
    { name: 'a length with a blank in it', lines: ['Content-Length: 5 5'], body: '12345' },
    { name: 'a length with an underscore', lines: ['Content-Length: 5_0'], body: '12345' },
    { name: 'a length of a fraction', lines: ['Content-Length: 5.0'], body: '12345' },
    { name: 'an empty length', lines: ['Content-Length:'], body: '12345' },
    { name: 'a length beyond all numbers', lines: [`Content-Length: ${'9'.repeat(25)}`], body: '12345' },
    { name: 'a length that overflows', lines: ['Content-Length: 18446744073709551621'], body: '12345' },
    { name: 'a blank behind the name of the length', lines: ['Content-Length : 5'], body: '12345' },
    { name: 'a chunk with a sign', lines: ['Transfer-Encoding: chunked'], body: '+2\r\nab\r\n0\r\n\r\n' },
    { name: 'a chunk in hexadecimal', lines: ['Transfer-Encoding: chunked'], body: '0x2\r\nab\r\n0\r\n\r\n' },
    {
      name: 'a chunk that overflows',
      lines: ['Transfer-Encoding: chunked'],
      body: '100000000000000002\r\nab\r\n0\r\n\r\n',
    },
    { name: 'a chunk without a size', lines: ['Transfer-Encoding: chunked'], body: '\r\nab\r\n0\r\n\r\n' },
    {
      name: 'a chunk that ends too late',
      lines: ['Transfer-Encoding: chunked'],
      body: '2\r\nabc\r\n0\r\n\r\n',
    },
    { name: 'a chunk behind a blank', lines: ['Transfer-Encoding: chunked'], body: ' 2\r\nab\r\n0\r\n\r\n' },
    { name: 'a bare LF behind a size', lines: ['Transfer-Encoding: chunked'], body: '2\nab\r\n0\r\n\r\n' },
    { name: 'a bare CR behind a size', lines: ['Transfer-Encoding: chunked'], body: '2\rab\r\n0\r\n\r\n' },
    { name: 'a bare LF behind a chunk', lines: ['Transfer-Encoding: chunked'], body: '2\r\nab\n0\r\n\r\n' },
    {
      name: 'a bare LF in an extension',
      lines: ['Transfer-Encoding: chunked'],
      body: `2;\nxx\r\nab\r\n0\r\n\r\n`,
    },
    {
      name: 'a NUL in an extension',
      lines: ['Transfer-Encoding: chunked'],
      body: '2;a=\0\r\nab\r\n0\r\n\r\n',
    },
    {
      name: 'extensions without end',
      lines: ['Transfer-Encoding: chunked'],
      body: `2;${'a'.repeat(20_000)}\r\nab\r\n0\r\n\r\n`,
    },
    {
      name: 'a bare LF for the last line',
      lines: ['Transfer-Encoding: chunked'],
      body: '2\r\nab\r\n0\r\n\n',
    },
    {
      name: 'a trailer that is not one',
      lines: ['Transfer-Encoding: chunked'],
      body: '2\r\nab\r\n0\r\nX\r\n\r\n',
    },
    {
      name: 'a length in a trailer',
      lines: ['Transfer-Encoding: chunked'],
      body: '2\r\nab\r\n0\r\nContent-Length: 9\r\n\r\n',
    },
    {
      name: 'a coding folded into the next line',
      lines: ['Transfer-Encoding:', ' chunked'],
      body: '0\r\n\r\n',
    },
    { name: 'a length folded into the next line', lines: ['Content-Length: 5', ' 5'], body: '12345' },
    {
      name: 'chunks in HTTP/1.0',
      request: `POST /a HTTP/1.0\r\n${HOST_LINE}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    },
  ])('is refused: $name', async ({ lines = [], body = '', request = post(lines, body + SMUGGLED) }) => {
    const { answers, sent } = await pass(request);
    expect(answers).toEqual([[400, expect.stringMatching(/^(InvalidRequest|IncompleteBody)$/)]]);
    expect(sent.map(({ line }) => line).join()).not.toContain('smuggled');
    // What begins before the body is found to be wrong is never completed.
    expect(sent).toEqual([]);
  });
});

describe('a head that is not sure of its lines', () => {
  const head = (...lines: readonly string[]): string => `GET /a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;

  it.each([
    { name: 'a bare LF between lines', bytes: `GET /a HTTP/1.1\n${HOST_LINE}\n\n` },
    { name: 'a bare LF behind a value', bytes: head(HOST_LINE, 'X-A: b\nX-B: c') },
    { name: 'a bare CR in a value', bytes: head(HOST_LINE, 'X-A: b\rX-B: c') },
    { name: 'a bare CR behind the request line', bytes: `GET /a HTTP/1.1\r${HOST_LINE}\r\n\r\n` },
    { name: 'a bare LF for the empty line', bytes: `GET /a HTTP/1.1\r\n${HOST_LINE}\r\n\n` },
    { name: 'a NUL in a value', bytes: head(HOST_LINE, 'X-A: b\0c') },
    { name: 'a NUL in a name', bytes: head(HOST_LINE, 'X\0A: b') },
    { name: 'a control character in a value', bytes: head(HOST_LINE, 'X-A: b\x01c') },
    { name: 'a blank in a name', bytes: head(HOST_LINE, 'X A: b') },
    { name: 'a blank behind a name', bytes: head(HOST_LINE, 'X-A : b') },
    { name: 'a blank before the first name', bytes: `GET /a HTTP/1.1\r\n X-A: b\r\n${HOST_LINE}\r\n\r\n` },
    { name: 'no colon', bytes: head(HOST_LINE, 'X-A') },
    { name: 'no name', bytes: head(HOST_LINE, ': b') },
    { name: 'a name with other letters', bytes: head(HOST_LINE, 'X-\xe9: b') },
    { name: 'two hosts', bytes: head(HOST_LINE, 'Host: other.example') },
    { name: 'the same host twice', bytes: head(HOST_LINE, HOST_LINE) },
    {
      name: 'two hosts, one of them named by Connection',
      bytes: head(HOST_LINE, 'host: other.example', 'Connection: host'),
    },
    { name: 'no host', bytes: head('X-A: b') },
    { name: 'a host with a user', bytes: head(`Host: user@${HOST}`) },
    { name: 'a host with a path', bytes: head(`Host: ${HOST}/x`) },
    { name: 'a host with a blank', bytes: head(`Host: ${HOST} other.example`) },
    { name: 'a host folded into the next line', bytes: head('Host:', ` ${HOST} x`) },
    { name: 'a target with a user', bytes: head(HOST_LINE).replace('/a', `http://user@${HOST}/a`) },
    { name: 'a target without a host', bytes: head(HOST_LINE).replace('/a', 'http:///a') },
    { name: 'a target with a fragment', bytes: head(HOST_LINE).replace('/a', '/a#?cors') },
    { name: 'a target with bytes beyond ASCII', bytes: head(HOST_LINE).replace('/a', '/\xc3\xa9') },
    { name: 'a target with a tab', bytes: head(HOST_LINE).replace('/a', '/a\tb') },
    { name: 'a target with a blank', bytes: head(HOST_LINE).replace('/a', '/a HTTP/1.1 x') },
    { name: 'a version that is none', bytes: head(HOST_LINE).replace('HTTP/1.1', 'HTTP/1.9') },
    { name: 'a preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { name: 'CONNECT', bytes: `CONNECT other.example:80 HTTP/1.1\r\nHost: other.example:80\r\n\r\n` },
  ])('is refused: $name', async ({ bytes }) => {
    const { answers, sent } = await pass(bytes + SMUGGLED);
    expect(answers[0]).toEqual([400, 'InvalidRequest']);
    expect(sent.filter(({ line }) => !line.includes('smuggled'))).toEqual([]);
  });
});

describe('a request that has one meaning', () => {
  it.each([
    { name: 'a length', lines: ['Content-Length: 5'], body: '12345' },
    { name: 'a length with zeros before it', lines: ['Content-Length: 00005'], body: '12345' },
    {
      name: 'a body that looks like a request',
      lines: [`Content-Length: ${SMUGGLED.length}`],
      body: SMUGGLED,
    },
    { name: 'chunks', lines: ['Transfer-Encoding: chunked'], body: '5\r\n12345\r\n0\r\n\r\n' },
    {
      name: 'chunks in other letters',
      lines: ['tRANSFER-eNCODING: CHUNKED'],
      body: '5\r\n12345\r\n0\r\n\r\n',
    },
    { name: 'chunks and blanks', lines: ['Transfer-Encoding:   chunked  '], body: '5\r\n12345\r\n0\r\n\r\n' },
    {
      name: 'a chunk that looks like a request',
      lines: ['Transfer-Encoding: chunked'],
      body: `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    },
    {
      name: 'a size with zeros before it',
      lines: ['Transfer-Encoding: chunked'],
      body: '0005\r\n12345\r\n000\r\n\r\n',
    },
    {
      name: 'an extension',
      lines: ['Transfer-Encoding: chunked'],
      body: '5;a="b;c"\r\n12345\r\n0;z\r\n\r\n',
    },
    {
      name: 'trailers',
      lines: ['Transfer-Encoding: chunked'],
      body: '5\r\n12345\r\n0\r\nHost: other.example\r\nAuthorization: x\r\n\r\n',
    },
    {
      name: 'a length that Connection names',
      lines: ['Content-Length: 5', 'Connection: content-length'],
      body: '12345',
    },
    {
      name: 'chunks that Connection names',
      lines: ['Transfer-Encoding: chunked', 'Connection: transfer-encoding'],
      body: '5\r\n12345\r\n0\r\n\r\n',
    },
    {
      name: 'an upgrade',
      lines: ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 5'],
      body: '12345',
    },
    {
      name: 'an upgrade to HTTP/2',
      lines: [
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAAP__',
        'Content-Length: 5',
      ],
      body: '12345',
    },
  ])('goes on with it: $name', async ({ lines, body }) => {
    const { answers, sent } = await pass(post(lines, body));
    expect(answers).toEqual([[200, undefined]]);
    const content = body.includes('12345') ? '12345' : SMUGGLED;
    expect(sent).toMatchObject([{ line: 'POST /a HTTP/1.1', body: content }]);
    const names = sent.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase()));
    expect(names.filter(name => name === 'content-length' || name === 'transfer-encoding')).toHaveLength(1);
    expect(names.filter(name => name === 'host')).toHaveLength(1);
    expect(names).not.toContain('upgrade');
  });

  it('has the host of its target when the header names another', async () => {
    const { sent } = await pass(
      `GET http://${HOST}/a HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n`,
    );
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers.filter(([name]) => /^host$/i.test(name))).toEqual([['host', HOST]]);
  });

  it('keeps its host when Connection names it', async () => {
    const { sent } = await pass(`GET /a HTTP/1.1\r\n${HOST_LINE}\r\nConnection: host, close\r\n\r\n`);
    expect(sent[0]?.headers.filter(([name]) => /^host$/i.test(name))).toEqual([['host', HOST]]);
  });

  it('loses its signature when Connection names it, and is one request all the same', async () => {
    const { sent } = await pass(
      `GET /a HTTP/1.1\r\n${HOST_LINE}\r\nAuthorization: q\r\nConnection: authorization, close\r\n\r\n`,
    );
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers.map(([name]) => name.toLowerCase())).not.toContain('authorization');
  });

  it('is one of several on a connection', async () => {
    const body = '5\r\n12345\r\n0\r\n\r\n';
    const first = post(['Transfer-Encoding: chunked'], body).replace('Connection: close\r\n', '');
    const { answers, sent } = await pass(first + SMUGGLED);
    expect(answers).toHaveLength(2);
    expect(sent.map(({ line }) => line)).toEqual(['POST /a HTTP/1.1', 'GET /smuggled HTTP/1.1']);
  });

  it('leaves the next client of the same connection to the upstream alone', async () => {
    upstream.play(({ line, connection }) => {
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}`);
    });
    for (const target of ['/1', '/2', '/3']) {
      const request = `GET ${target} HTTP/1.1\r\n${HOST_LINE}\r\nConnection: close\r\n\r\n`;
      const [response] = await sendRaw(gateway.cos, request);
      expect(response?.body).toBe(`GET ${target} HTTP/1.1`);
    }
  });
});

/** Takes a stream of requests apart, and throws at whatever stands outside of the grammar of RFC 9112. */
function strictRequests(stream: string): SentRequest[] {
  const requests: SentRequest[] = [];
  let rest = stream;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n');
    if (end === -1 || !/^[A-Z]+ \/[!-~]* HTTP\/1\.1$/.test(line)) throw new Error(`no request: ${rest}`);
    const headers = lines.map(text => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no header: ${text}`);
      return [name, value] as const;
    });
    const valuesOf = (wanted: string): string[] =>
      headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
    const [length, coding] = [valuesOf('content-length'), valuesOf('transfer-encoding')];
    if (length.length + coding.length > 1) throw new Error(`two framings: ${rest}`);
    rest = rest.slice(end + 4);
    let body = '';
    if (coding.length > 0) {
      expect(coding).toEqual(['chunked']);
      for (;;) {
        const [sizeLine, size = ''] = /^([0-9a-f]+)\r\n/.exec(rest) ?? [];
        // Broken off on purpose: nobody can take that for a whole request.
        if (sizeLine === undefined) return requests;
        const count = Number.parseInt(size, 16);
        if (rest.length < sizeLine.length + count + 2) return requests;
        body += rest.slice(sizeLine.length, sizeLine.length + count);
        expect(rest.slice(sizeLine.length + count, sizeLine.length + count + 2)).toBe('\r\n');
        rest = rest.slice(sizeLine.length + count + 2);
        if (count === 0) break;
      }
    } else {
      const count = Number(length[0] ?? 0);
      if (rest.length < count) return requests;
      body = rest.slice(0, count);
      rest = rest.slice(count);
    }
    requests.push({ line, headers, body });
  }
  return requests;
}
