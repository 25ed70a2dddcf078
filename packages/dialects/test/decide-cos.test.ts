import type { Policy, PreflightDecision, RefusalReason } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { cosProfile } from '../src/index.ts';
import {
  type ActualCase,
  actualOf,
  headers,
  type PreflightCase,
  preflight,
  preflightOf,
  rule,
} from './decide-cases.ts';

const exposeHeaders = ['Content-Length', 'ETag', 'x-cos-meta-author'];
const EXPOSED = 'Expose-Headers: Content-Length,ETag,x-cos-meta-author';

/** The configuration of the sample of PUT Bucket cors; the samples of OPTIONS Object are answers by it. */
const sample: Policy = {
  rules: [
    rule('*', 'GET HEAD', {
      allowedHeaders: [
        'Range',
        'x-cos-server-side-encryption-customer-algorithm',
        'x-cos-server-side-encryption-customer-key',
        'x-cos-server-side-encryption-customer-key-MD5',
      ],
      exposeHeaders,
      maxAgeSeconds: 600,
    }),
    rule('https://example.com https://example.net', 'PUT GET POST DELETE HEAD', {
      id: 'example-id',
      allowedHeaders: ['*'],
      exposeHeaders,
      maxAgeSeconds: 600,
    }),
  ],
};

function refused(reason: RefusalReason, ...lines: readonly string[]): PreflightDecision {
  return { kind: 'refused', reason, status: 403, code: 'AccessForbidden', headers: headers(...lines) };
}

function allowed(index: number, ...lines: readonly string[]): PreflightDecision {
  return { kind: 'allowed', rule: index, status: 200, headers: headers(...lines) };
}

const ONE: Policy = { rules: [rule('https://a.com', 'GET', { allowedHeaders: ['X-A'] })] };
const ONE_ALLOWED = allowed(
  0,
  'Allow-Credentials: true',
  'Allow-Headers: x-a',
  'Allow-Methods: GET',
  'Allow-Origin: https://a.com',
);

describe('decidePreflight by cosProfile', () => {
  const cases: readonly PreflightCase[] = [
    {
      name: 'the PUT of sample 1, which the first rule does not take',
      policy: sample,
      request: preflight('https://example.com', 'PUT', 'content-md5,content-type,x-cos-meta-author'),
      expected: allowed(
        1,
        'Allow-Credentials: true',
        'Allow-Headers: content-md5,content-type,x-cos-meta-author',
        'Allow-Methods: PUT,GET,POST,DELETE,HEAD',
        'Allow-Origin: https://example.com',
        EXPOSED,
        'Max-Age: 600',
      ),
    },
    {
      name: 'the GET of sample 2, which both rules would take',
      policy: sample,
      request: preflight('https://example.com', 'GET', 'range'),
      expected: allowed(
        0,
        'Allow-Headers: range,x-cos-server-side-encryption-customer-algorithm,x-cos-server-side-encryption-customer-key,x-cos-server-side-encryption-customer-key-md5',
        'Allow-Methods: GET,HEAD',
        'Allow-Origin: *',
        EXPOSED,
        'Max-Age: 600',
      ),
    },
    {
      name: 'the PUT of sample 3, once its origin is in the second rule',
      policy: {
        rules: sample.rules.map((each, index) =>
          index === 1 ? { ...each, allowedOrigins: [...each.allowedOrigins, 'https://bar.com'] } : each,
        ),
      },
      request: preflight('https://bar.com', 'PUT', 'content-md5,content-type'),
      expected: allowed(
        1,
        'Allow-Credentials: true',
        'Allow-Headers: content-md5,content-type',
        'Allow-Methods: PUT,GET,POST,DELETE,HEAD',
        'Allow-Origin: https://bar.com',
        EXPOSED,
        'Max-Age: 600',
      ),
    },
    {
      name: 'the PUT of sample 3 by the configuration as it stands',
      policy: sample,
      request: preflight('https://bar.com', 'PUT', 'content-md5,content-type'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'sample 4, a bucket without rules',
      policy: { rules: [] },
      request: preflight('https://example.com', 'PUT'),
      expected: refused('no-rules'),
    },
    {
      name: 'a header that only a later rule takes',
      policy: sample,
      request: preflight('https://example.com', 'GET', 'range, x-other'),
      expected: allowed(
        1,
        'Allow-Credentials: true',
        'Allow-Headers: range, x-other',
        'Allow-Methods: PUT,GET,POST,DELETE,HEAD',
        'Allow-Origin: https://example.com',
        EXPOSED,
        'Max-Age: 600',
      ),
    },
    {
      name: 'two headers that no one rule takes together',
      policy: {
        rules: [
          rule('https://a.com', 'GET', { allowedHeaders: ['x-a'] }),
          rule('https://a.com', 'GET', { allowedHeaders: ['x-b'] }),
        ],
      },
      request: preflight('https://a.com', 'GET', 'x-a,x-b'),
      expected: refused('headers-not-allowed'),
    },
    {
      name: 'a rule that says nothing beyond origins and methods',
      policy: { rules: [rule('https://a.com', 'HEAD GET')] },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(
        0,
        'Allow-Credentials: true',
        'Allow-Methods: HEAD,GET',
        'Allow-Origin: https://a.com',
      ),
    },
    {
      name: 'the whole list of the rule, also when nothing is requested',
      policy: ONE,
      request: preflight('https://a.com', 'GET'),
      expected: ONE_ALLOWED,
    },
    {
      name: 'requested names in another case, with blanks and empty elements',
      policy: ONE,
      request: preflight('https://a.com', 'GET', ', X-a ,\tx-A,'),
      expected: ONE_ALLOWED,
    },
    {
      name: 'no request list for a rule that takes every header',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['*'] })] },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(0, 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a rule that takes every header and names some, which repeats the request',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['*', 'test-x'] })] },
      request: preflight('https://a.com', 'GET', 'Content-Length'),
      expected: allowed(0, 'Allow-Headers: Content-Length', 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a wildcard beside other characters, in place of which the requested names stand',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['Range', 'x-cos-*'] })] },
      request: preflight('https://a.com', 'GET', 'X-Cos-Acl,range,x-cos-acl'),
      expected: allowed(0, 'Allow-Headers: range,x-cos-acl', 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a wildcard beside other characters and no request list',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['x-cos-*'] })] },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(0, 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a name that the wildcard does not reach',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['x-cos-*'] })] },
      request: preflight('https://a.com', 'GET', 'x-cos'),
      expected: refused('headers-not-allowed'),
    },
    {
      name: 'a rule of every origin and a named one, for the named one',
      policy: { rules: [rule('https://a.com *', 'GET')] },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(0, 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a wildcard origin, which is echoed with credentials',
      policy: { rules: [rule('http://*.abc.com', 'GET')] },
      request: preflight('http://x.abc.com', 'GET'),
      expected: allowed(0, 'Allow-Credentials: true', 'Allow-Methods: GET', 'Allow-Origin: http://x.abc.com'),
    },
    {
      name: 'an origin in another case',
      policy: ONE,
      request: preflight('https://A.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'a method in another case',
      policy: ONE,
      request: preflight('https://a.com', 'get'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'two Origin lines, though every origin is allowed',
      policy: { rules: [rule('*', 'GET')] },
      request: preflight('https://a.com, https://a.com', 'GET'),
      expected: refused('origin-malformed'),
    },
    {
      name: 'an Origin with a blank, though every origin is allowed',
      policy: { rules: [rule('*', 'GET')] },
      request: preflight('https://a.com x', 'GET'),
      expected: refused('origin-malformed'),
    },
    {
      name: 'the opaque origin, where every origin is allowed',
      policy: { rules: [rule('*', 'GET')] },
      request: preflight('null', 'GET'),
      expected: allowed(0, 'Allow-Methods: GET', 'Allow-Origin: *'),
    },
    {
      name: 'a requested header that is no name, though every header is allowed',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['*'] })] },
      request: preflight('https://a.com', 'GET', 'x-a,x b'),
      expected: refused('headers-not-allowed'),
    },
    {
      name: 'a requested header that only lower case makes a name of the rule',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['x-key'] })] },
      request: preflight('https://a.com', 'GET', 'x-\u212aey'),
      expected: refused('headers-not-allowed'),
    },
    ...['x-a,x-a,x-ab', 'x-a,x-a,x-', 'x-a,x-a x,x-a', 'x-a,x-a,x-b', 'x-a,x-a,x-a;'].map(requestHeaders => ({
      name: `a name that is not allowed after repetitions: ${requestHeaders}`,
      policy: ONE,
      request: preflight('https://a.com', 'GET', requestHeaders),
      expected: refused('headers-not-allowed'),
    })),
    {
      name: 'a name that begins with the one before it and ends like an allowed one',
      policy: { rules: [rule('https://a.com', 'GET', { allowedHeaders: ['x-a', 'b'] })] },
      request: preflight('https://a.com', 'GET', 'x-a,x-ab,b'),
      expected: refused('headers-not-allowed'),
    },
    {
      name: 'repetitions of an allowed name in many forms',
      policy: ONE,
      request: preflight('https://a.com', 'GET', 'x-a,x-a,X-A,x-a, x-a,x-a ,x-a,,x-a,x-a'),
      expected: ONE_ALLOWED,
    },
    {
      name: 'no Origin',
      policy: ONE,
      request: preflight(undefined, 'GET'),
      expected: refused('origin-missing'),
    },
    {
      name: 'an empty Origin',
      policy: ONE,
      request: preflight('', 'GET'),
      expected: refused('origin-missing'),
    },
    {
      name: 'no requested method',
      policy: ONE,
      request: preflight('https://a.com'),
      expected: refused('method-missing'),
    },
    {
      name: 'a comma list of methods',
      policy: { rules: [rule('*', 'GET PUT')] },
      request: preflight('https://a.com', 'GET,PUT'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a rule beyond the thirty-second',
      policy: {
        rules: [
          ...Array.from({ length: 40 }, (_, i) => rule(`https://${i}.com`, 'PUT')),
          rule('https://a.com', 'GET'),
        ],
      },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(40, 'Allow-Credentials: true', 'Allow-Methods: GET', 'Allow-Origin: https://a.com'),
    },
    {
      name: 'two headers of which a rule beyond the thirty-second takes one',
      policy: {
        rules: [
          ...Array.from({ length: 40 }, (_, i) =>
            rule(`https://${i}.com`, 'GET', { allowedHeaders: ['x-a', 'x-b'] }),
          ),
          rule('https://a.com', 'GET', { allowedHeaders: ['x-a'] }),
        ],
      },
      request: preflight('https://a.com', 'GET', 'x-a,x-b'),
      expected: refused('headers-not-allowed'),
    },
    {
      name: 'an allowed preflight where the policy asks for Vary',
      policy: { ...ONE, vary: true },
      request: preflight('https://a.com', 'GET'),
      expected: allowed(
        0,
        'Allow-Credentials: true',
        'Allow-Headers: x-a',
        'Allow-Methods: GET',
        'Allow-Origin: https://a.com',
        'Vary: Origin',
      ),
    },
    {
      name: 'a refused preflight where the policy asks for Vary',
      policy: { ...ONE, vary: true },
      request: preflight('https://b.com', 'GET'),
      expected: refused('origin-not-allowed', 'Vary: Origin'),
    },
    {
      name: 'a preflight where the policy asks for no Vary',
      policy: { ...ONE, vary: false },
      request: preflight('https://a.com', 'GET'),
      expected: ONE_ALLOWED,
    },
  ];

  it.each(cases)('answers $name', each => {
    expect(preflightOf(cosProfile, each)).toEqual(each.expected);
  });
});

describe('decideActual by cosProfile', () => {
  const GET_A = { origin: 'https://a.com', method: 'GET' };
  const exposing: Policy = { rules: [rule('https://a.com', 'GET', { exposeHeaders, maxAgeSeconds: 1 })] };
  const cases: readonly ActualCase[] = [
    {
      name: 'an echoed origin, with credentials and the exposed list',
      policy: exposing,
      request: GET_A,
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers('Allow-Credentials: true', 'Allow-Origin: https://a.com', EXPOSED, 'Vary: Origin'),
      },
    },
    {
      name: 'a rule of every origin, whose answer still depends on there being one',
      policy: sample,
      request: GET_A,
      expected: { kind: 'allowed', rule: 0, headers: headers('Allow-Origin: *', EXPOSED, 'Vary: Origin') },
    },
    {
      name: 'an origin that no rule takes',
      policy: exposing,
      request: { origin: 'https://b.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-not-allowed', headers: headers('Vary: Origin') },
    },
    {
      name: 'a method that no rule takes, whose answer depends on no origin',
      policy: exposing,
      request: { origin: 'https://a.com', method: 'PUT' },
      expected: { kind: 'refused', reason: 'method-not-allowed', headers: [] },
    },
    {
      name: 'a method that another rule takes',
      policy: { rules: [rule('https://a.com', 'GET'), rule('https://b.com', 'PUT')] },
      request: { origin: 'https://a.com', method: 'PUT' },
      expected: { kind: 'refused', reason: 'method-not-allowed', headers: headers('Vary: Origin') },
    },
    {
      name: 'no Origin',
      policy: sample,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: headers('Vary: Origin') },
    },
    {
      name: 'no Origin and a method that no rule takes',
      policy: exposing,
      request: { origin: undefined, method: 'PUT' },
      expected: { kind: 'not-cors', headers: [] },
    },
    {
      name: 'two Origin lines',
      policy: sample,
      request: { origin: 'https://a.com, https://b.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-malformed', headers: headers('Vary: Origin') },
    },
    {
      name: 'no rules',
      policy: { rules: [] },
      request: GET_A,
      expected: { kind: 'refused', reason: 'no-rules', headers: [] },
    },
    {
      name: 'no rules where the policy asks for Vary',
      policy: { rules: [], vary: true },
      request: GET_A,
      expected: { kind: 'refused', reason: 'no-rules', headers: headers('Vary: Origin') },
    },
    {
      name: 'a method that no rule takes where the policy asks for Vary',
      policy: { ...exposing, vary: true },
      request: { origin: undefined, method: 'PUT' },
      expected: { kind: 'not-cors', headers: headers('Vary: Origin') },
    },
  ];

  it.each(cases)('adds what belongs to $name', each => {
    expect(actualOf(cosProfile, each)).toEqual(each.expected);
  });
});
