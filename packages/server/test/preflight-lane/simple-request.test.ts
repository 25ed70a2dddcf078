import { headerValue } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { readSimpleRequest } from '../../src/preflight-lane/simple-request.ts';

const LIMIT = 4096;

function request(lines: readonly string[], requestLine = 'OPTIONS /b/k HTTP/1.1'): string {
  return [requestLine, ...lines, '', ''].join('\r\n');
}

const SIMPLE = request(['Host: a', 'Origin: https://a.example', 'Access-Control-Request-Method: GET']);

describe('readSimpleRequest', () => {
  it('reads a preflight as it was sent', () => {
    const text = request([
      'Host:  a.example:80',
      'ORIGIN:https://a.example',
      'X-Empty:',
      'Connection: Keep-Alive',
    ]);
    expect(readSimpleRequest(text, 0, LIMIT)).toEqual({
      head: {
        method: 'OPTIONS',
        target: '/b/k',
        rawHeaders: [
          ...['Host', 'a.example:80', 'ORIGIN', 'https://a.example'],
          ...['X-Empty', '', 'Connection', 'Keep-Alive'],
        ],
      },
      preflight: { origin: 'https://a.example', requestMethod: undefined, requestHeaders: undefined },
      end: text.length,
    });
  });

  it('reads one that begins further on, and tells where it ends', () => {
    const text = `${SIMPLE}${SIMPLE}GET`;
    expect(readSimpleRequest(text, SIMPLE.length, LIMIT)?.end).toBe(2 * SIMPLE.length);
  });

  it('takes a head of the limit, and not of one byte more', () => {
    expect(readSimpleRequest(SIMPLE, 0, SIMPLE.length)?.end).toBe(SIMPLE.length);
    expect(readSimpleRequest(SIMPLE, 0, SIMPLE.length - 1)).toBeUndefined();
  });

  it('takes no part of a request', () => {
    for (let length = 0; length < SIMPLE.length; length++) {
      expect(readSimpleRequest(SIMPLE.slice(0, length), 0, LIMIT)).toBeUndefined();
    }
  });

  it.each([
    { name: 'another method', text: request(['Host: a'], 'GET / HTTP/1.1') },
    { name: 'a method in lower case', text: request(['Host: a'], 'options / HTTP/1.1') },
    { name: 'HTTP/1.0', text: request(['Host: a'], 'OPTIONS / HTTP/1.0') },
    { name: 'no version', text: request(['Host: a'], 'OPTIONS /') },
    { name: 'an absolute target', text: request(['Host: a'], 'OPTIONS http://a/ HTTP/1.1') },
    { name: 'an asterisk', text: request(['Host: a'], 'OPTIONS * HTTP/1.1') },
    { name: 'a space in the target', text: request(['Host: a'], 'OPTIONS /a b HTTP/1.1') },
    { name: 'two spaces before the target', text: request(['Host: a'], 'OPTIONS  / HTTP/1.1') },
    { name: 'a target that is no ASCII', text: request(['Host: a'], 'OPTIONS /\xe9 HTTP/1.1') },
    { name: 'an empty line before it', text: `\r\n${request(['Host: a'])}` },
    { name: 'no Host', text: request(['Origin: https://a.example']) },
    { name: 'an empty Host', text: request(['Host:']) },
    { name: 'a Host with a path', text: request(['Host: a/b']) },
    { name: 'two Hosts', text: request(['Host: a', 'host: a']) },
    { name: 'a length', text: request(['Host: a', 'Content-Length: 0']) },
    { name: 'a length in upper case', text: request(['Host: a', 'CONTENT-LENGTH: 5']) },
    { name: 'a transfer coding', text: request(['Host: a', 'Transfer-Encoding: chunked']) },
    { name: 'an expectation', text: request(['Host: a', 'Expect: 100-continue']) },
    { name: 'an upgrade', text: request(['Host: a', 'Upgrade: websocket']) },
    { name: 'a connection that is to be closed', text: request(['Host: a', 'Connection: close']) },
    { name: 'a header that is for this connection', text: request(['Host: a', 'Connection: keep-alive, x']) },
    { name: 'announced trailers', text: request(['Host: a', 'TE: trailers']) },
    { name: 'a space before the colon', text: request(['Host: a', 'Origin : b']) },
    { name: 'a name that is no token', text: request(['Host: a', 'Ori(gin: b']) },
    { name: 'no name', text: request(['Host: a', ': b']) },
    { name: 'no colon', text: request(['Host: a', 'Origin']) },
    { name: 'a folded line', text: request(['Host: a', 'Origin: b', ' c']) },
    { name: 'a space after a value', text: request(['Host: a', 'Origin: b ']) },
    { name: 'a tab', text: request(['Host: a', 'Origin:\tb']) },
    { name: 'a value that is no ASCII', text: request(['Host: a', 'Origin: \xe9']) },
    { name: 'a NUL', text: request(['Host: a', 'Origin: a\0']) },
    { name: 'a bare line feed', text: request(['Host: a\nContent-Length: 5']) },
    { name: 'a bare carriage return', text: request(['Host: a', 'Origin: a\rb']) },
    { name: 'lines that end in a line feed', text: SIMPLE.replaceAll('\r\n', '\n') },
  ])('leaves $name to the parser', ({ text }) => {
    expect(readSimpleRequest(text, 0, LIMIT)).toBeUndefined();
  });

  it.each([
    {
      name: 'in any case of letters',
      lines: ['access-control-request-headers: x-a', 'ORIGIN: https://a.example'],
    },
    {
      name: 'in several lines',
      lines: ['Access-Control-Request-Headers: x-a', 'access-control-request-headers: x-b'],
    },
    {
      name: 'beside names of their lengths',
      lines: ['Accept: b', 'Access-Control-Request-Magick: b', 'Orison: c'],
    },
  ])('tells what is asked for, $name', ({ lines }) => {
    const text = request(['Host: a', 'Access-Control-Request-Method: PUT', ...lines]);
    const { head, preflight } = readSimpleRequest(text, 0, LIMIT) ?? {};
    expect(head).toBeDefined();
    const found = (name: string) => head && headerValue(head, name);
    expect(preflight).toEqual({
      origin: found('origin'),
      requestMethod: 'PUT',
      requestHeaders: found('access-control-request-headers'),
    });
  });

  it('needs no more time for each byte of what is long', () => {
    const text = `OPTIONS /${'a'.repeat(1e6)} HTTP/1.1\r\n${'a: b\r\n'.repeat(1e6)}a`;
    expect(readSimpleRequest(text, 0, LIMIT)).toBeUndefined();
  });
});
