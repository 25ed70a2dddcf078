import type { Policy, PreflightDecision, Profile, RefusalReason } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { qingstorProfile } from '../src/index.ts';
import {
  type ActualCase,
  actualOf,
  headers,
  type PreflightCase,
  preflight,
  preflightOf,
  rule,
} from './decide-cases.ts';

/** The configuration of the sample of PUT Bucket CORS, with its `resp_vary` left out. */
const sample: Policy = {
  rules: [
    rule('http://*.qingcloud.com', 'PUT GET DELETE POST', {
      allowedHeaders: ['x-qs-date', 'Content-Type', 'Content-MD5', 'Authorization'],
      exposeHeaders: ['x-qs-date'],
      maxAgeSeconds: 200,
    }),
    rule('http://*.example.com', 'PUT GET DELETE POST', { allowedHeaders: ['*'], maxAgeSeconds: 400 }),
  ],
};

const filtering: Profile = {
  ...qingstorProfile,
  headers: { ...qingstorProfile.headers, unlisted: 'filter' },
};

/** What the sample of OPTIONS Object asks: a literal `*` in the origin, four methods, two headers. */
const SAMPLE_REQUEST = preflight(
  'http://*.qingcloud.com',
  'DELETE,GET,PUT,PATCH',
  'content-length,content-type',
);

function refused(reason: RefusalReason, ...lines: readonly string[]): PreflightDecision {
  return { kind: 'refused', reason, status: 200, headers: headers(...lines) };
}

function refusedByRule(index: number, ...lines: readonly string[]): PreflightDecision {
  return {
    kind: 'refused',
    reason: 'headers-not-allowed',
    rule: index,
    status: 200,
    headers: headers(...lines),
  };
}

function incomplete(reason: RefusalReason): PreflightDecision {
  return { kind: 'refused', reason, status: 400, code: 'invalid_argument', headers: [] };
}

function allowed(index: number, ...lines: readonly string[]): PreflightDecision {
  return { kind: 'allowed', rule: index, status: 200, headers: headers(...lines) };
}

const ANY_METHOD: Policy = { rules: [rule('*', '*')] };

describe('decidePreflight by qingstorProfile', () => {
  const cases: readonly PreflightCase[] = [
    {
      name: 'the sample, of whose headers one is not allowed, with nothing',
      policy: sample,
      request: SAMPLE_REQUEST,
      expected: refusedByRule(0),
    },
    {
      name: 'the sample without that header, the methods filtered',
      policy: sample,
      request: { ...SAMPLE_REQUEST, requestHeaders: 'content-type' },
      expected: allowed(
        0,
        'Allow-Origin: http://*.qingcloud.com',
        'Max-Age: 200',
        'Allow-Methods: DELETE,GET,PUT',
        'Allow-Headers: content-type',
        'Expose-Headers: x-qs-date',
      ),
    },
    {
      name: 'a rule that takes every header, with the list in its own form',
      policy: sample,
      request: preflight('http://a.example.com', 'PUT', 'X-QS-Date, content-type'),
      expected: allowed(
        1,
        'Allow-Origin: http://a.example.com',
        'Max-Age: 400',
        'Allow-Methods: PUT',
        'Allow-Headers: X-QS-Date,content-type',
      ),
    },
    {
      name: 'a rule for every origin, which is echoed, with nothing that is not set',
      policy: { rules: [rule('*', 'GET')] },
      request: preflight('http://a.com', 'GET'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Allow-Methods: GET'),
    },
    {
      name: 'an age of 0',
      policy: { rules: [rule('*', 'GET', { maxAgeSeconds: 0 })] },
      request: preflight('http://a.com', 'GET'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Max-Age: 0', 'Allow-Methods: GET'),
    },
    {
      name: 'a header that a later rule would take, by the first rule',
      policy: {
        rules: [rule('*', 'GET'), rule('*', 'GET', { allowedHeaders: ['*'] })],
      },
      request: preflight('http://a.com', 'GET', 'x-a'),
      expected: refusedByRule(0),
    },
    {
      name: 'a list of methods by the first rule that takes one of them',
      policy: { rules: [rule('*', 'HEAD'), rule('*', 'PUT'), rule('*', 'GET PUT')] },
      request: preflight('http://a.com', 'GET,PUT'),
      expected: allowed(1, 'Allow-Origin: http://a.com', 'Allow-Methods: PUT'),
    },
    {
      name: 'a list of methods with blanks and empty elements',
      policy: { rules: [rule('*', 'GET PUT')] },
      request: preflight('http://a.com', ' ,PUT , get,\tGET'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Allow-Methods: PUT,GET'),
    },
    {
      name: 'a rule for every method, also of those that no other rule names',
      policy: { rules: [rule('*', 'GET'), ...ANY_METHOD.rules] },
      request: preflight('http://a.com', 'PATCH,PURGE'),
      expected: allowed(1, 'Allow-Origin: http://a.com', 'Allow-Methods: PATCH,PURGE'),
    },
    {
      name: 'a method by the rule for every method before the one that names it',
      policy: { rules: [...ANY_METHOD.rules, rule('*', 'GET', { maxAgeSeconds: 1 })] },
      request: preflight('http://a.com', 'GET'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Allow-Methods: GET'),
    },
    {
      name: 'a list without a method, though every method is allowed',
      policy: ANY_METHOD,
      request: preflight('http://a.com', ' , '),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'an origin that no rule takes, as an ordinary answer without the headers',
      policy: sample,
      request: preflight('http://qingcloud.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'methods that no rule takes',
      policy: sample,
      request: preflight('http://a.example.com', 'HEAD,PATCH'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a bucket without rules, and an origin without a scheme',
      policy: { rules: [] },
      request: preflight('qingcloud.com', 'GET'),
      expected: refused('no-rules'),
    },
    {
      name: 'two Origin lines',
      policy: ANY_METHOD,
      request: preflight('http://a.com, http://b.com', 'GET'),
      expected: refused('origin-malformed'),
    },
    {
      name: 'no Origin',
      policy: sample,
      request: preflight(undefined, 'GET'),
      expected: incomplete('origin-missing'),
    },
    {
      name: 'no requested method',
      policy: sample,
      request: preflight('http://a.com'),
      expected: incomplete('method-missing'),
    },
    {
      name: 'an allowed preflight where the policy asks for Vary',
      policy: { rules: [rule('*', 'GET')], vary: true },
      request: preflight('http://a.com', 'GET'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Allow-Methods: GET', 'Vary: Origin'),
    },
    {
      name: 'a preflight refused by its headers where the policy asks for Vary',
      policy: { rules: [rule('*', 'GET')], vary: true },
      request: preflight('http://a.com', 'GET', 'x-a'),
      expected: refusedByRule(0, 'Vary: Origin'),
    },
  ];

  it.each(cases)('answers $name', each => {
    expect(preflightOf(qingstorProfile, each)).toEqual(each.expected);
  });
});

describe('decidePreflight by qingstorProfile that filters', () => {
  const cases: readonly PreflightCase[] = [
    {
      name: 'the sample with what of it is allowed',
      policy: sample,
      request: SAMPLE_REQUEST,
      expected: allowed(
        0,
        'Allow-Origin: http://*.qingcloud.com',
        'Max-Age: 200',
        'Allow-Methods: DELETE,GET,PUT',
        'Allow-Headers: content-type',
        'Expose-Headers: x-qs-date',
      ),
    },
    {
      name: 'headers of which none is allowed without naming any',
      policy: { rules: [rule('*', 'GET')] },
      request: preflight('http://a.com', 'GET', 'x-a,x b'),
      expected: allowed(0, 'Allow-Origin: http://a.com', 'Allow-Methods: GET'),
    },
  ];

  it.each(cases)('answers $name', each => {
    expect(preflightOf(filtering, each)).toEqual(each.expected);
  });
});

describe('decideActual by qingstorProfile', () => {
  const cases: readonly ActualCase[] = [
    {
      name: 'an allowed origin',
      policy: sample,
      request: { origin: 'http://a.qingcloud.com', method: 'GET' },
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers('Allow-Origin: http://a.qingcloud.com', 'Expose-Headers: x-qs-date', 'Vary: Origin'),
      },
    },
    {
      name: 'a method that only a rule for every method takes',
      policy: ANY_METHOD,
      request: { origin: 'http://a.com', method: 'PATCH' },
      expected: { kind: 'allowed', rule: 0, headers: headers('Allow-Origin: http://a.com', 'Vary: Origin') },
    },
    {
      name: 'an origin that no rule takes',
      policy: sample,
      request: { origin: 'http://a.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-not-allowed', headers: headers('Vary: Origin') },
    },
    {
      name: 'no Origin',
      policy: sample,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: headers('Vary: Origin') },
    },
    {
      name: 'no Origin and a method that no rule takes',
      policy: sample,
      request: { origin: undefined, method: 'HEAD' },
      expected: { kind: 'not-cors', headers: [] },
    },
    {
      name: 'no Origin and a method that no rule takes where the policy asks for Vary',
      policy: { ...sample, vary: true },
      request: { origin: undefined, method: 'HEAD' },
      expected: { kind: 'not-cors', headers: headers('Vary: Origin') },
    },
  ];

  it.each(cases)('adds what belongs to $name', each => {
    expect(actualOf(qingstorProfile, each)).toEqual(each.expected);
  });
});
