import type { Policy, PreflightDecision, RefusalReason } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { boomiProfile } from '../src/index.ts';
import {
  type ActualCase,
  actualOf,
  headers,
  type PreflightCase,
  preflight,
  preflightOf,
  rule,
} from './decide-cases.ts';

const sample: Policy = { rules: [rule('https://mydomain.com', 'GET POST DELETE')] };
const several: Policy = {
  rules: [
    rule('https://*.MyDomain.com', 'DELETE GET'),
    rule('https://MyDomain.com:8081', 'POST'),
    rule('http://a.mydomain.com:80', 'GET'),
    rule('https://a.mydomain.com', 'POST'),
    rule('http://localhost http://127.0.0.1:8080 http://[::1]:8080', 'GET'),
  ],
};

function refused(reason: RefusalReason): PreflightDecision {
  return { kind: 'refused', reason, status: 401, headers: [] };
}

function allowed(index: number, origin: string, methods: string): PreflightDecision {
  return {
    kind: 'allowed',
    rule: index,
    status: 200,
    headers: headers(
      'Allow-Credentials: true',
      'Allow-Headers: cache-control,content-type,expires,last-modified,accept,content-language,authorization,pragma',
      `Allow-Origin: ${origin}`,
      `Allow-Methods: ${methods}`,
      'Max-Age: 3600',
    ),
  };
}

describe('decidePreflight by boomiProfile', () => {
  const cases: readonly PreflightCase[] = [
    {
      name: 'the sample',
      policy: sample,
      request: preflight('https://mydomain.com', 'DELETE', 'accept, authorization, content-type'),
      expected: allowed(0, 'https://mydomain.com', 'GET, POST, DELETE'),
    },
    {
      name: 'headers that are not among the eight, which the browser has to compare',
      policy: sample,
      request: preflight('https://mydomain.com', 'GET', 'x-boomi-otp,x y'),
      expected: allowed(0, 'https://mydomain.com', 'GET, POST, DELETE'),
    },
    {
      name: 'an origin in another case, echoed as it is sent',
      policy: sample,
      request: preflight('HTTPS://MyDomain.com', 'GET'),
      expected: allowed(0, 'HTTPS://MyDomain.com', 'GET, POST, DELETE'),
    },
    {
      name: 'the default port as none',
      policy: sample,
      request: preflight('https://mydomain.com:443', 'GET'),
      expected: allowed(0, 'https://mydomain.com:443', 'GET, POST, DELETE'),
    },
    {
      name: 'no port as the default port of the rule',
      policy: several,
      request: preflight('http://a.mydomain.com', 'GET'),
      expected: allowed(2, 'http://a.mydomain.com', 'GET'),
    },
    {
      name: 'a wildcard host, the methods in the order of the service',
      policy: several,
      request: preflight('https://a.b.mydomain.com', 'GET'),
      expected: allowed(0, 'https://a.b.mydomain.com', 'GET, DELETE'),
    },
    {
      name: 'a method that only a later rule for the same origin takes',
      policy: several,
      request: preflight('https://a.mydomain.com', 'POST'),
      expected: allowed(3, 'https://a.mydomain.com', 'POST'),
    },
    {
      name: 'the second origin of a rule',
      policy: several,
      request: preflight('http://127.0.0.1:8080', 'GET'),
      expected: allowed(4, 'http://127.0.0.1:8080', 'GET'),
    },
    {
      name: 'an IPv6 address',
      policy: several,
      request: preflight('http://[::1]:8080', 'GET'),
      expected: allowed(4, 'http://[::1]:8080', 'GET'),
    },
    {
      name: 'the domain of which only hosts below are allowed',
      policy: several,
      request: preflight('https://mydomain.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'another port',
      policy: sample,
      request: preflight('https://mydomain.com:8443', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'another scheme',
      policy: sample,
      request: preflight('http://mydomain.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'an origin with a wildcard',
      policy: several,
      request: preflight('https://*.mydomain.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'the opaque origin',
      policy: sample,
      request: preflight('null', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'a method that the rule does not take',
      policy: several,
      request: preflight('https://mydomain.com:8081', 'GET'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a method that no rule can take',
      policy: sample,
      request: preflight('https://mydomain.com', 'PUT'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a method in lower case',
      policy: sample,
      request: preflight('https://mydomain.com', 'get'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'HEAD, which no rule can take',
      policy: sample,
      request: preflight('https://mydomain.com', 'HEAD'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a host that ends in the domain, but not below it',
      policy: several,
      request: preflight('https://notmydomain.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'an origin with a path',
      policy: sample,
      request: preflight('https://mydomain.com/', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'two Origin lines',
      policy: sample,
      request: preflight('https://mydomain.com, https://mydomain.com', 'GET'),
      expected: refused('origin-malformed'),
    },
    {
      name: 'an account without rules',
      policy: { rules: [] },
      request: preflight('https://mydomain.com', 'GET'),
      expected: refused('no-rules'),
    },
    {
      name: 'no Origin as no preflight',
      policy: sample,
      request: preflight(undefined, 'GET'),
      expected: { kind: 'not-a-preflight' },
    },
    {
      name: 'no requested method as no preflight, also without rules',
      policy: { rules: [] },
      request: preflight('https://mydomain.com'),
      expected: { kind: 'not-a-preflight' },
    },
  ];

  it.each(cases)('answers $name', each => {
    expect(preflightOf(boomiProfile, each)).toEqual(each.expected);
  });
});

describe('decideActual by boomiProfile', () => {
  const cases: readonly ActualCase[] = [
    {
      name: 'the sample',
      policy: sample,
      request: { origin: 'https://mydomain.com', method: 'DELETE' },
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers('Allow-Origin: https://mydomain.com', 'Allow-Credentials: true', 'Vary: Origin'),
      },
    },
    {
      name: 'an origin that no rule takes',
      policy: sample,
      request: { origin: 'https://other.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-not-allowed', headers: headers('Vary: Origin') },
    },
    {
      name: 'a method that no rule takes',
      policy: sample,
      request: { origin: 'https://mydomain.com', method: 'OPTIONS' },
      expected: { kind: 'refused', reason: 'method-not-allowed', headers: [] },
    },
    {
      name: 'no Origin',
      policy: sample,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: headers('Vary: Origin') },
    },
    {
      name: 'no rules',
      policy: { rules: [] },
      request: { origin: 'https://mydomain.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'no-rules', headers: [] },
    },
  ];

  it.each(cases)('adds what belongs to $name', each => {
    expect(actualOf(boomiProfile, each)).toEqual(each.expected);
  });
});
