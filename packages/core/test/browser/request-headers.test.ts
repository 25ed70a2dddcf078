import { describe, expect, it } from 'vitest';
import { fillHeaders, isForbiddenRequestHeader } from '../../src/browser/request-headers.ts';

describe('isForbiddenRequestHeader', () => {
  const forbidden: readonly (readonly [name: string, value: string])[] = [
    ['Origin', 'https://a.com'],
    ['host', 'a.com'],
    ['COOKIE', 'a=b'],
    ['Access-Control-Request-Method', 'PUT'],
    ['Access-Control-Request-Headers', 'x'],
    ['Content-Length', '0'],
    ['Referer', '/'],
    ['Date', 'today'],
    ['Set-Cookie', 'a=b'],
    ['Proxy-Authorization', 'x'],
    ['proxy-', ''],
    ['Sec-Fetch-Mode', 'cors'],
    ['sec-', ''],
    ['X-HTTP-Method-Override', 'TRACE'],
    ['x-http-method', 'connect'],
    ['X-Method-Override', 'GET, Track '],
    ['X-Method-Override', '"a,b",\tTRACE'],
  ];

  it.each(forbidden)('forbids %s: %j', (name, value) => {
    expect(isForbiddenRequestHeader(name, value)).toBe(true);
  });

  const allowed: readonly (readonly [name: string, value: string])[] = [
    ['Authorization', 'x'],
    ['User-Agent', 'x'],
    ['Cache-Control', 'no-cache'],
    ['Proxy', 'x'],
    ['Sec', 'x'],
    ['X-Sec-Any', 'x'],
    ['Access-Control-Allow-Origin', '*'],
    ['X-HTTP-Method-Override', 'PUT'],
    ['X-HTTP-Method-Override', ''],
    ['X-HTTP-Method-Override', 'TRACER, XTRACE'],
    ['X-Method-Override', '"a,TRACE,b"'],
    ['X-Method-Override', '"TRACE"'],
    ['X-Method-Override', '"a\\",TRACE'],
    ['X-Any-Override', 'TRACE'],
  ];

  it.each(allowed)('allows %s: %j', (name, value) => {
    expect(isForbiddenRequestHeader(name, value)).toBe(false);
  });
});

describe('fillHeaders', () => {
  it('removes white space around values, and drops what is forbidden', () => {
    const init = [
      ['X-A', '\r\n\t a b \n'],
      ['Origin', 'x'],
      ['x-a', ''],
    ] as const;
    expect(fillHeaders(init)).toEqual({
      kind: 'headers',
      sent: [
        ['X-A', 'a b'],
        ['x-a', ''],
      ],
      dropped: [['Origin', 'x']],
    });
  });

  const invalid: readonly (readonly [name: string, value: string])[] = [
    ['', 'x'],
    ['a b', 'x'],
    ['a:', 'x'],
    ['\u00e9', 'x'],
    ['x', 'a\nb'],
    ['x', 'a\rb'],
    ['x', '\u0000'],
    ['x', '\u0100'],
    // What is no header is not passed over for its name.
    ['origin', '\u20ac'],
  ];

  it.each(invalid)('throws for %j: %j', (name, value) => {
    expect(fillHeaders([[name, value]])).toEqual({ kind: 'invalid', name });
  });

  it.each(['\u0001', '\u007f', '\u00ff', 'a\tb'])('takes the value %j', value => {
    expect(fillHeaders([['x', value]])).toMatchObject({ kind: 'headers', sent: [['x', value]] });
  });
});
