import { decidePreflight, type PreflightDecision } from '@crossgate/core';
import { ASKED_METHOD } from './allowed.ts';
import { enginePolicy } from './engine.ts';
import { filled } from './grid.ts';

/** Lists of requested headers that are made to cost, for a policy of 100 rules of 10 origins. */
export interface HostileList {
  readonly name: string;
  readonly decide: () => PreflightDecision;
  readonly expected: PreflightDecision['kind'];
}

interface Shape {
  readonly name: string;
  readonly unit: (i: number) => string;
  /** Of every rule, where they are not the usual ones. */
  readonly headers?: readonly string[];
  readonly expected: PreflightDecision['kind'];
}

const SHAPES: readonly Shape[] = [
  { name: 'commas only', unit: () => ',', expected: 'allowed' },
  { name: 'one allowed name, repeated', unit: () => 'content-type,', expected: 'allowed' },
  {
    name: 'two allowed names in turn',
    unit: i => (i % 2 === 0 ? 'content-md5,' : 'content-type,'),
    expected: 'allowed',
  },
  { name: 'distinct unknown names', unit: i => `x-${i},`, expected: 'refused' },
  {
    name: 'distinct names, rules of every header',
    unit: i => `x-${i},`,
    headers: ['*'],
    expected: 'allowed',
  },
  { name: 'short names, rules of every header', unit: () => 'a,', headers: ['*'], expected: 'allowed' },
  {
    name: 'distinct names, rules of a wildcard',
    unit: i => `x-cos-meta-${i},`,
    headers: ['x-cos-meta-*'],
    expected: 'allowed',
  },
  {
    name: 'capitals, two names in turn',
    unit: i => (i % 2 === 0 ? 'Content-MD5,' : 'CONTENT-TYPE,'),
    expected: 'allowed',
  },
];

export function hostileLists(): readonly HostileList[] {
  const origins = Array.from({ length: 1000 }, (_, n) => `https://app.tenant-${n}.example.com`);
  return SHAPES.map(({ name, unit, headers, expected }) => {
    const policy = enginePolicy(origins, 100, headers);
    const request = {
      origin: 'https://app.tenant-995.example.com',
      requestMethod: ASKED_METHOD,
      requestHeaders: filled(unit),
    };
    return { name, decide: () => decidePreflight(policy, request), expected };
  });
}
