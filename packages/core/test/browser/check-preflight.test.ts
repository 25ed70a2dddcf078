import { describe, expect, it } from 'vitest';
import { checkPreflight } from '../../src/browser/check-preflight.ts';
import type { HeaderList } from '../../src/browser/header-list.ts';
import type { BrowserRequest } from '../../src/browser/request.ts';
import type { BlockingStep } from '../../src/browser/verdict.ts';
import { examplePlan } from './example-plan.ts';

const ORIGIN = ['Access-Control-Allow-Origin', 'https://app.example'] as const;
const ANY = ['Access-Control-Allow-Origin', '*'] as const;
const CREDENTIALS = ['Access-Control-Allow-Credentials', 'true'] as const;

function methods(value: string): readonly [string, string] {
  return ['Access-Control-Allow-Methods', value];
}

function names(value: string): readonly [string, string] {
  return ['Access-Control-Allow-Headers', value];
}

interface Case {
  readonly name: string;
  readonly request: Partial<BrowserRequest>;
  readonly status?: number;
  readonly headers: HeaderList;
  readonly step?: BlockingStep;
}

const put = { method: 'PUT' } as const;
const withA = { headers: [['X-A', '']] } as const;
const authorized = { headers: [['Authorization', 'x']] } as const;
const including = { credentials: 'include' } as const;

describe('checkPreflight', () => {
  const cases: readonly Case[] = [
    { name: 'the method is named', request: put, headers: [ORIGIN, methods('GET, PUT')] },
    {
      name: 'the method is named on a second line',
      request: put,
      headers: [ORIGIN, methods('GET'), methods('PUT')],
    },
    { name: 'any method', request: put, headers: [ANY, methods('*')] },
    { name: 'status 299', request: put, status: 299, headers: [ANY, methods('PUT')] },
    { name: 'status 204', request: put, status: 204, headers: [ANY, methods('PUT')] },
    { name: 'a header in another case', request: withA, headers: [ANY, names('x-b,X-a')] },
    { name: 'any header', request: withA, headers: [ANY, names('*')] },
    {
      name: 'a safelisted method that is not named',
      request: { ...withA, method: 'POST' },
      headers: [ANY, methods('PUT'), names('x-a')],
    },
    { name: 'authorization by name', request: authorized, headers: [ANY, names('Authorization')] },
    {
      name: 'credentials',
      request: { ...put, ...including },
      headers: [ORIGIN, CREDENTIALS, methods('PUT')],
    },
    {
      name: 'a method `*` with credentials',
      request: { method: '*', ...including },
      headers: [ORIGIN, CREDENTIALS, methods('*')],
    },
    {
      name: 'a header `*` with credentials',
      request: { headers: [['*', '']], ...including },
      headers: [ORIGIN, CREDENTIALS, names('*')],
    },
    {
      name: 'status 302',
      request: put,
      status: 302,
      headers: [ANY, methods('PUT')],
      step: 'preflight-status',
    },
    {
      name: 'status 300',
      request: put,
      status: 300,
      headers: [ANY, methods('PUT')],
      step: 'preflight-status',
    },
    {
      name: 'status 403',
      request: put,
      status: 403,
      headers: [ANY, methods('PUT')],
      step: 'preflight-status',
    },
    {
      name: 'status 199',
      request: put,
      status: 199,
      headers: [ANY, methods('PUT')],
      step: 'preflight-status',
    },
    {
      name: 'no origin and a bad status',
      request: put,
      status: 403,
      headers: [],
      step: 'allow-origin-missing',
    },
    { name: 'no methods', request: put, headers: [ANY], step: 'preflight-method' },
    {
      name: 'methods without it',
      request: put,
      headers: [ANY, methods('GET,PATCH')],
      step: 'preflight-method',
    },
    {
      name: 'a method in another case',
      request: { method: 'patch' },
      headers: [ANY, methods('PATCH')],
      step: 'preflight-method',
    },
    {
      name: 'any method, with credentials',
      request: { ...put, ...including },
      headers: [ORIGIN, CREDENTIALS, methods('*')],
      step: 'preflight-method',
    },
    {
      name: 'methods that are no list',
      request: put,
      headers: [ANY, methods('PUT GET')],
      step: 'preflight-methods-malformed',
    },
    {
      name: 'methods that are no list, not needed',
      request: withA,
      headers: [ANY, methods('"PUT"'), names('x-a')],
      step: 'preflight-methods-malformed',
    },
    {
      name: 'headers that are no list, not needed',
      request: put,
      headers: [ANY, methods('PUT'), names('x a')],
      step: 'preflight-headers-malformed',
    },
    { name: 'no headers', request: withA, headers: [ANY, methods('GET')], step: 'preflight-header' },
    {
      name: 'any header, with credentials',
      request: { ...withA, ...including },
      headers: [ORIGIN, CREDENTIALS, names('*')],
      step: 'preflight-header',
    },
    {
      name: 'authorization by `*`',
      request: authorized,
      headers: [ANY, names('*')],
      step: 'preflight-authorization',
    },
    {
      name: 'authorization and another',
      request: {
        headers: [
          ['A', ''],
          ['Authorization', ''],
        ],
      },
      headers: [ANY],
      step: 'preflight-authorization',
    },
    {
      name: 'credentials that are not allowed',
      request: { ...put, ...including },
      headers: [ORIGIN, methods('PUT')],
      step: 'allow-credentials',
    },
  ];

  it.each(cases.filter(({ step }) => step === undefined))(
    'lets go: $name',
    ({ request, status = 200, headers }) => {
      expect(checkPreflight(examplePlan(request), { status, headers })).toMatchObject({ kind: 'passed' });
    },
  );

  it.each(cases.filter(({ step }) => step !== undefined))(
    'ends at $step: $name',
    ({ request, status = 200, headers, step }) => {
      const verdict = checkPreflight(examplePlan(request), { status, headers });
      expect(verdict).toMatchObject({ kind: 'blocked', phase: 'preflight', step });
    },
  );

  const ages: readonly (readonly [values: readonly string[], limit: number | undefined, seconds: number])[] =
    [
      [[], 7200, 5],
      [['0'], 7200, 0],
      [['600'], 7200, 600],
      [['7201'], 7200, 7200],
      [['99999'], 86_400, 86_400],
      [['99999999999'], undefined, 99_999_999_999],
      [['-1'], 7200, 5],
      [['ten'], 7200, 5],
      [['600', '600'], 7200, 5],
    ];

  it.each(ages)('keeps %j, with a limit of %s, for %d seconds', (values, limit, maxAgeSeconds) => {
    const headers = [ANY, methods('PUT'), ...values.map(value => ['Access-Control-Max-Age', value] as const)];
    const verdict = checkPreflight(examplePlan(put), { status: 200, headers }, limit);
    expect(verdict).toEqual({ kind: 'passed', maxAgeSeconds });
  });

  it('says what to change', () => {
    const told = (request: Partial<BrowserRequest>, ...headers: HeaderList): string => {
      const verdict = checkPreflight(examplePlan(request), { status: 200, headers });
      return verdict.kind === 'blocked' ? `${verdict.help} | ${verdict.citation}` : 'nothing';
    };
    const citation = (step: string): string =>
      `Fetch, CORS-preflight fetch, step ${step} (https://fetch.spec.whatwg.org/#cors-preflight-fetch)`;
    expect(told(put, ANY)).toBe(`answer \`Access-Control-Allow-Methods\` with \`PUT\` | ${citation('7.5')}`);
    expect(told({ ...withA, ...including }, ORIGIN, CREDENTIALS, names('*'))).toBe(
      `answer \`Access-Control-Allow-Headers\` with \`x-a\`: \`*\` is not for requests with credentials | ${citation('7.7')}`,
    );
  });
});
