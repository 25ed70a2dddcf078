import { describe, expect, it } from 'vitest';
import { predictFetch } from '../../src/browser/predict-fetch.ts';
import { compile } from '../../src/compile.ts';
import type { Rule } from '../../src/policy.ts';
import type { Profile } from '../../src/profile.ts';
import { exampleProfile } from '../example-profile.ts';
import { exampleRequest } from './example-plan.ts';

const rule: Rule = {
  allowedOrigins: ['https://app.example'],
  allowedMethods: ['GET', 'PUT'],
  allowedHeaders: ['x-a'],
  exposeHeaders: ['ETag'],
};

/** Answers that expose and carry credentials, as a service with neither would have nothing to tell. */
const profile: Profile = {
  ...exampleProfile,
  answers: {
    ...exampleProfile.answers,
    actual: ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'],
  },
};

const policy = compile({ rules: [rule] }, profile);
const own = {
  status: 404,
  headers: [
    ['ETag', '"x"'],
    ['X-Other', ''],
  ],
} as const;

describe('predictFetch', () => {
  it('tells what a page reads without a preflight', () => {
    const { plan, preflight, actual, verdict } = predictFetch(policy, exampleRequest, own);
    expect(plan).toMatchObject({ kind: 'planned', preflight: undefined });
    expect(preflight).toBeUndefined();
    expect(actual).toMatchObject({ decision: { kind: 'allowed', rule: 0 }, response: { status: 404 } });
    expect(verdict).toEqual({ kind: 'readable', status: 404, exposedHeaders: ['etag'] });
  });

  it('tells what follows a preflight that is allowed', () => {
    const request = { ...exampleRequest, method: 'PUT', headers: [['X-A', '']] } as const;
    const { preflight, verdict } = predictFetch(policy, request, own);
    expect(preflight).toMatchObject({
      decision: { kind: 'allowed', rule: 0 },
      verdict: { kind: 'passed', maxAgeSeconds: 5 },
    });
    expect(verdict.kind).toBe('readable');
  });

  it('ends at a preflight that the service refuses', () => {
    const { preflight, actual, verdict } = predictFetch(policy, { ...exampleRequest, method: 'DELETE' });
    expect(preflight).toMatchObject({
      decision: { kind: 'refused', reason: 'method-not-allowed' },
      response: { status: 403 },
      verdict: { kind: 'blocked', step: 'allow-origin-missing' },
    });
    expect(actual).toBeUndefined();
    expect(verdict).toBe(preflight?.verdict);
  });

  it('ends where the browser refuses what the service allows', () => {
    const { actual, verdict } = predictFetch(policy, { ...exampleRequest, credentials: 'include' });
    expect(actual?.decision).toMatchObject({ kind: 'allowed' });
    expect(verdict).toMatchObject({ kind: 'blocked', phase: 'actual', step: 'allow-credentials' });
  });

  it('ends before anything is sent', () => {
    const { plan, preflight, actual, verdict } = predictFetch(policy, { ...exampleRequest, method: 'TRACE' });
    expect([preflight, actual]).toEqual([undefined, undefined]);
    expect(verdict).toMatchObject({ kind: 'blocked', step: 'request-method' });
    expect(verdict).toBe(plan);
  });

  it('asks without Origin for what is of the own origin', () => {
    const request = { ...exampleRequest, url: 'https://app.example/key' };
    const { actual, verdict } = predictFetch(policy, request, own);
    expect(actual?.decision.kind).toBe('not-cors');
    expect(verdict).toEqual({ kind: 'readable', status: 404, exposedHeaders: ['etag', 'vary', 'x-other'] });
  });

  it('answers an actual OPTIONS as a preflight that lacks the method', () => {
    const any = compile(
      { rules: [{ ...rule, allowedMethods: ['OPTIONS'] }] },
      { ...profile, methods: { known: ['OPTIONS'], any: false, requested: 'one' } },
    );
    const { preflight, actual, verdict } = predictFetch(any, { ...exampleRequest, method: 'OPTIONS' }, own);
    expect(preflight?.verdict).toMatchObject({ kind: 'passed' });
    expect(actual).toMatchObject({
      decision: { kind: 'refused', reason: 'method-missing' },
      response: { status: 400 },
    });
    expect(verdict).toMatchObject({ kind: 'blocked', phase: 'actual', step: 'allow-origin-missing' });
  });

  it('answers an actual OPTIONS as any other where the service takes it for one', () => {
    const asAny: Profile = {
      ...profile,
      methods: { known: ['OPTIONS'], any: false, requested: 'one' },
      preflight: { ...profile.preflight, incomplete: 'not-a-preflight' },
    };
    const any = compile({ rules: [{ ...rule, allowedMethods: ['OPTIONS'] }] }, asAny);
    const { verdict } = predictFetch(any, { ...exampleRequest, method: 'OPTIONS' }, own);
    expect(verdict).toEqual({ kind: 'readable', status: 404, exposedHeaders: ['etag'] });
  });

  it('keeps a preflight no longer than the browser does', () => {
    const maxAge = compile(
      { rules: [{ ...rule, maxAgeSeconds: 9000 }] },
      {
        ...profile,
        answers: { ...profile.answers, preflight: [...profile.answers.preflight, 'Access-Control-Max-Age'] },
      },
    );
    const { preflight } = predictFetch(maxAge, { ...exampleRequest, method: 'PUT' }, own, 7200);
    expect(preflight?.verdict).toEqual({ kind: 'passed', maxAgeSeconds: 7200 });
  });
});
