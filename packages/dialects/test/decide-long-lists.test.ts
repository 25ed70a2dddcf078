import { compile, decidePreflight, type Policy } from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { services } from './services.ts';

const METADATA = Array.from({ length: 60 }, (_, n) => `x-m-${n}`);

/** Of one hash, as names of long lists have one. */
const ALIKE = (
  'aaaaaaaa nj9j8afz jjbklk77 v3zbptc0 5e9v-1bw nx7s8ovx nftl8-kl aqd9a1yq ju8alr77 x4vrzk4h ' +
  'ja0mlnlv xaawztal vsm9p4ak nx778ovt nj9a8af- vznypo44 ax7madvw v3upptf3 xafyztn5 vd9hpaa8 ' +
  'nqrl84ca x31sznrm nxby8o-1 xa0xztlw xjtezqm3 jj59lk27 nqr484c9 vtdwp1qb aw8mao2p 5e0f-1e0 ' +
  'jj0jlkys axbwad-p xw7dzbyc nqir842f nj998af5 5kom-oas aq7ja1dp vsrap4nv x31xznrv vs8xp48v'
)
  .split(' ')
  .map(end => `x-m-${end}`);

function policyWith(...allowedHeaders: string[]): Policy {
  const rule = {
    allowedOrigins: ['https://a.com'],
    allowedMethods: ['GET'],
    allowedHeaders,
    exposeHeaders: [],
  };
  return { rules: [rule] };
}

/** Lists that are taken apart in another way than short ones. */
const cases: readonly {
  readonly name: string;
  readonly policy: Policy;
  readonly names: readonly string[];
  /** What the service allows; undefined where it refuses. */
  readonly allowed: readonly string[] | undefined;
}[] = [
  { name: 'names of a wildcard', policy: policyWith('x-m-*'), names: METADATA, allowed: METADATA },
  {
    name: 'names of a wildcard, and the rule has another that is asked for too',
    policy: policyWith('etag', 'x-m-*', 'range'),
    names: [...METADATA, 'Range', ...METADATA],
    allowed: ['etag', 'range', ...METADATA],
  },
  {
    name: 'one that only nearly begins as a wildcard',
    policy: policyWith('x-m-*'),
    names: [...METADATA, 'x-n-1'],
    allowed: undefined,
  },
  {
    name: 'one that nearly begins as a wildcard of two words',
    policy: policyWith('x-meta-*'),
    names: [...METADATA.map(name => name.replace('m', 'meta')), 'x-metb-1'],
    allowed: undefined,
  },
  {
    name: 'one that ends before a wildcard does',
    policy: policyWith('x-m-*'),
    names: [...METADATA, 'x-m'],
    allowed: undefined,
  },
  {
    name: 'names that share a hash',
    policy: policyWith(...ALIKE.slice(0, 20)),
    names: [...ALIKE.slice(0, 20), ...ALIKE.slice(0, 20)],
    allowed: ALIKE.slice(0, 20),
  },
  {
    name: 'one that shares the hash of others, and is not allowed',
    policy: policyWith(...ALIKE.slice(0, 20)),
    names: [...ALIKE.slice(0, 20), ALIKE[20] ?? ''],
    allowed: undefined,
  },
  { name: 'too many that share a hash', policy: policyWith('x-m-*'), names: ALIKE, allowed: ALIKE },
  {
    name: 'one that is not allowed after too many that share a hash',
    policy: policyWith('x-m-*'),
    names: [...ALIKE, 'x-n-1'],
    allowed: undefined,
  },
];

describe('decidePreflight on a long list', () => {
  it.each(cases)('decides as the documents say: $name', ({ policy, names, allowed }) => {
    const request = { origin: 'https://a.com', requestMethod: 'GET', requestHeaders: names.join(',') };
    const decision = decidePreflight(compile(policy, cosProfile), request);
    expect(decision).toStrictEqual(
      services.find(({ profile }) => profile === cosProfile)?.oracle.preflight(policy, request),
    );
    const answer = decision.kind === 'allowed' ? Object.fromEntries(decision.headers) : {};
    expect(answer['Access-Control-Allow-Headers']).toBe(allowed?.join(','));
  });
});
