import type { HeaderList } from '@crossgate/core';
import { SAFELISTED, UNSAFE, UNSAFE_BYTES } from '../../../packages/core/test/browser/vectors.ts';
import { type ScriptedCase, scriptFor } from './scripted-case.ts';

const full = ['accept', 'a'.repeat(128)] as const;
const eight = Array.from({ length: 8 }, () => full);

/** Names with which nothing is special, and some with which something is in a browser. */
const NAMES = [
  'device-memory',
  'downlink',
  'dpr',
  'if-range',
  'intervention',
  'last-event-id',
  'pragma',
  'priority',
  'purpose',
  'rtt',
  'save-data',
  'service-worker',
  'upgrade-insecure-requests',
  'user-agent',
  'viewport-width',
  'width',
];

const FORBIDDEN = [
  'Accept-Charset',
  'Accept-Encoding',
  'Access-Control-Request-Method',
  'Connection',
  'Cookie',
  'Cookie2',
  'Date',
  'DNT',
  'Expect',
  'Host',
  'Keep-Alive',
  'Origin',
  'Proxy-Any',
  'Referer',
  'Sec-Any',
  'Set-Cookie',
  'TE',
  'Trailer',
  'Upgrade',
  'Via',
];

const HEADER_LISTS: readonly HeaderList[] = [
  ...[...SAFELISTED, ...UNSAFE].map(header => [header.slice(0, 2) as [string, string]]),
  ...UNSAFE_BYTES.flatMap((byte): HeaderList[] => [
    [['accept', `a${byte}`]],
    [['content-type', `text/plain;${byte}`]],
  ]),
  ...[...NAMES, ...FORBIDDEN].map((name): HeaderList => [[name, '1']]),
  [
    ['b', ''],
    ['a_', ''],
    ['a', ''],
    ['a-', ''],
    ['A!', ''],
  ],
  [
    ['x-a', '1'],
    ['X-A', '2'],
  ],
  [
    ['accept', 'a'.repeat(64)],
    ['accept', 'b'.repeat(62)],
  ],
  [
    ['accept', 'a'.repeat(64)],
    ['accept', 'b'.repeat(63)],
  ],
  [
    ['content-type', 'text/plain'],
    ['content-type', 'text/plain'],
  ],
  eight,
  [...eight, ['content-language', 'a']],
  [
    ['X-HTTP-Method-Override', 'TRACE'],
    ['X-A', ''],
  ],
  [['X-HTTP-Method-Override', '"TRACE"']],
  [['X-HTTP-Method', 'GET,track']],
  [['X-Method-Override', '"a,TRACE,b"']],
  [['X-Method-Override', 'PUT']],
  [['x', '\r\n a \n']],
  [['x', 'a\nb']],
  [['x', '\u0000']],
  [['x', '\u0100']],
  [['', 'x']],
];

const METHODS = [
  'get',
  'Head',
  'pOsT',
  'delete',
  'Options',
  'patch',
  'Patch',
  'chicken',
  '*',
  'CONNECT',
  'connect',
  'Track',
  'GE T',
  '',
];

/** What a page asks for: only what can do without a preflight is answered. */
export function scriptedRequests(origin: string): readonly ScriptedCase[] {
  const script = scriptFor(origin);
  return [
    ...HEADER_LISTS.map(headers => script(`request with ${headers.map(shown).join(', ')}`, { headers })),
    ...METHODS.map(method => script(`request with method "${method}"`, { method })),
  ];
}

function shown([name, value]: readonly [string, string]): string {
  return value.length > 60 ? `${name} of ${value.length}` : `${name}: ${JSON.stringify(value)}`;
}
