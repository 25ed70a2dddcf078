import { type CompiledPolicy, compile, type Rule } from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import { describe, expect, it } from 'vitest';
import { differenceFor } from '../../src/observed/policy-difference.ts';

const ORIGIN = 'https://a.example';
const PREFLIGHT = {
  kind: 'preflight',
  request: { origin: ORIGIN, requestMethod: 'GET', requestHeaders: undefined },
} as const;
const ACTUAL = { kind: 'actual', request: { origin: ORIGIN, method: 'GET' } } as const;

const RULE: Rule = {
  allowedOrigins: [ORIGIN],
  allowedMethods: ['GET'],
  allowedHeaders: [],
  exposeHeaders: [],
};

function policy(...rules: readonly Rule[]): CompiledPolicy {
  return compile({ rules }, cosProfile);
}

const ALLOWED = { kind: 'allowed', reason: null };

describe(differenceFor, () => {
  it.each([
    { name: 'the same policy', old: [RULE], now: [RULE], outcome: 'same', headers: [] },
    { name: 'a rule more', old: [], now: [RULE], outcome: 'gained', headers: [] },
    { name: 'a rule less', old: [RULE], now: [], outcome: 'lost', headers: [] },
    {
      name: 'an age more',
      old: [RULE],
      now: [{ ...RULE, maxAgeSeconds: 5 }],
      outcome: 'answer',
      headers: ['Access-Control-Max-Age'],
    },
    {
      name: 'an age less',
      old: [{ ...RULE, maxAgeSeconds: 5 }],
      now: [RULE],
      outcome: 'answer',
      headers: ['Access-Control-Max-Age'],
    },
    {
      name: 'any origin',
      old: [RULE],
      now: [{ ...RULE, allowedOrigins: ['*'] }],
      outcome: 'answer',
      headers: ['Access-Control-Allow-Credentials', 'Access-Control-Allow-Origin'],
    },
    {
      name: 'another rule that answers alike',
      old: [RULE],
      now: [{ ...RULE, allowedOrigins: ['https://*.example'] }],
      outcome: 'same',
      headers: [],
    },
  ])('tells what changes with $name', ({ old, now, outcome, headers }) => {
    expect(differenceFor(policy(...old), policy(...now), PREFLIGHT)).toMatchObject({ outcome, headers });
  });

  it('tells both outcomes, and takes refusals for the same whatever their reasons', () => {
    const other = { ...RULE, allowedMethods: ['PUT'] };
    const refused = (reason: string) => ({ kind: 'refused', reason });
    expect(differenceFor(policy(RULE), policy(), ACTUAL)).toMatchObject({
      outcome: 'lost',
      old: ALLOWED,
      new: refused('no-rules'),
    });
    expect(differenceFor(policy(), policy(other), ACTUAL)).toMatchObject({
      outcome: 'same',
      old: refused('no-rules'),
      new: refused('method-not-allowed'),
    });
  });

  it('leaves Vary to caches', () => {
    const asked = compile({ rules: [RULE], vary: true }, cosProfile);
    expect(differenceFor(policy(RULE), asked, PREFLIGHT)).toMatchObject({ outcome: 'same' });
  });
});
