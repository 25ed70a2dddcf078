import type { Policy, PreflightDecision, RefusalReason, Rule } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { azureTablesProfile } from '../src/index.ts';
import {
  type ActualCase,
  actualOf,
  headers,
  type PreflightCase,
  preflight,
  preflightOf,
  rule,
} from './decide-cases.ts';

function refused(reason: RefusalReason): PreflightDecision {
  return { kind: 'refused', reason, status: 403, code: 'CorsPreflightFailure', headers: [] };
}

function refusedByRule(index: number): PreflightDecision {
  return {
    kind: 'refused',
    reason: 'headers-not-allowed',
    rule: index,
    status: 403,
    code: 'CorsPreflightFailure',
    headers: [],
  };
}

function incomplete(reason: RefusalReason): PreflightDecision {
  return { kind: 'refused', reason, status: 400, code: 'InvalidHeaderValue', headers: [] };
}

function allowed(index: number, ...lines: readonly string[]): PreflightDecision {
  return { kind: 'allowed', rule: index, status: 200, headers: headers(...lines) };
}

const BLOB_HEADERS = ['x-ms-blob-content-type', 'x-ms-blob-content-disposition'];

/** The three rules by which "CORS support for the Azure Storage services" explains how a rule is chosen. */
const documented: Policy = {
  rules: [
    rule('http://www.contoso.com', 'PUT HEAD', {
      allowedHeaders: BLOB_HEADERS,
      exposeHeaders: ['x-ms-*'],
      maxAgeSeconds: 5,
    }),
    rule('*', 'PUT GET', { allowedHeaders: BLOB_HEADERS, exposeHeaders: ['x-ms-*'], maxAgeSeconds: 5 }),
    rule('http://www.contoso.com', 'GET', {
      allowedHeaders: ['x-ms-client-request-id'],
      exposeHeaders: ['x-ms-*'],
      maxAgeSeconds: 5,
    }),
  ],
};

/** The rule by which the same page explains what a rule is made of. */
const single: Policy = {
  rules: [
    rule('http://www.contoso.com http://www.fabrikam.com', 'PUT GET', {
      allowedHeaders: ['x-ms-meta-data*', 'x-ms-meta-target*', 'x-ms-meta-abc'],
      exposeHeaders: ['x-ms-meta-*'],
      maxAgeSeconds: 200,
    }),
  ],
};

const SUBDOMAINS: Policy = { rules: [rule('http://*.contoso.com', 'GET', { maxAgeSeconds: 0 })] };

describe('decidePreflight by azureTablesProfile', () => {
  const cases: readonly PreflightCase[] = [
    {
      name: 'the first documented request by the first rule',
      policy: documented,
      request: preflight('http://www.contoso.com', 'PUT', 'x-ms-blob-content-type'),
      expected: allowed(
        0,
        'Allow-Origin: http://www.contoso.com',
        'Max-Age: 5',
        'Allow-Methods: PUT',
        'Allow-Headers: x-ms-blob-content-type',
        'Allow-Credentials: true',
      ),
    },
    {
      name: 'the second documented request by the second rule',
      policy: documented,
      request: preflight('http://www.contoso.com', 'GET', 'x-ms-blob-content-type'),
      expected: allowed(
        1,
        'Allow-Origin: *',
        'Max-Age: 5',
        'Allow-Methods: GET',
        'Allow-Headers: x-ms-blob-content-type',
      ),
    },
    {
      name: 'the third documented request with a refusal, though the third rule would take it',
      policy: documented,
      request: preflight('http://www.contoso.com', 'GET', 'x-ms-client-request-id'),
      expected: refusedByRule(1),
    },
    {
      name: 'the sample of Preflight Table Request, the names sorted',
      policy: { rules: [rule('*', 'PUT', { allowedHeaders: ['*'], maxAgeSeconds: 60 })] },
      request: preflight('www.contoso.com', 'PUT', 'content-type, accept'),
      expected: allowed(
        0,
        'Allow-Origin: *',
        'Max-Age: 60',
        'Allow-Methods: PUT',
        'Allow-Headers: accept,content-type',
      ),
    },
    {
      name: 'requested names in lower case, whatever the case of the rule',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['X-Ms-Meta-*', 'Accept'], maxAgeSeconds: 1 })] },
      request: preflight('http://a.com', 'GET', 'X-MS-META-b,ACCEPT,x-ms-meta-'),
      expected: allowed(
        0,
        'Allow-Origin: *',
        'Max-Age: 1',
        'Allow-Methods: GET',
        'Allow-Headers: accept,x-ms-meta-,x-ms-meta-b',
      ),
    },
    {
      name: 'a requested header that is no name, though every header is allowed',
      policy: { rules: [rule('*', 'GET', { allowedHeaders: ['*'], maxAgeSeconds: 1 })] },
      request: preflight('http://a.com', 'GET', 'accept,x y'),
      expected: refusedByRule(0),
    },
    {
      name: 'a subdomain, with an age though it is 0',
      policy: SUBDOMAINS,
      request: preflight('http://a.b.contoso.com', 'GET'),
      expected: allowed(
        0,
        'Allow-Origin: http://a.b.contoso.com',
        'Max-Age: 0',
        'Allow-Methods: GET',
        'Allow-Credentials: true',
      ),
    },
    {
      name: 'the documented single rule, its prefixes and its name',
      policy: single,
      request: preflight(
        'http://www.fabrikam.com',
        'PUT',
        'x-ms-meta-abc, x-ms-meta-data1, x-ms-meta-target',
      ),
      expected: allowed(
        0,
        'Allow-Origin: http://www.fabrikam.com',
        'Max-Age: 200',
        'Allow-Methods: PUT',
        'Allow-Headers: x-ms-meta-abc,x-ms-meta-data1,x-ms-meta-target',
        'Allow-Credentials: true',
      ),
    },
    {
      name: 'the documented single rule, one name beside it',
      policy: single,
      request: preflight('http://www.contoso.com', 'GET', 'x-ms-meta-abc,x-ms-meta-abcd'),
      expected: refusedByRule(0),
    },
    {
      name: 'the domain of which only subdomains are allowed',
      policy: SUBDOMAINS,
      request: preflight('http://contoso.com', 'GET'),
      expected: refused('origin-not-allowed'),
    },
    {
      name: 'an origin in another case',
      policy: documented,
      request: preflight('http://www.Contoso.com', 'HEAD'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a method that no rule takes',
      policy: documented,
      request: preflight('http://www.contoso.com', 'DELETE'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'a comma list of methods',
      policy: documented,
      request: preflight('http://www.contoso.com', 'PUT,GET'),
      expected: refused('method-not-allowed'),
    },
    {
      name: 'an account without rules',
      policy: { rules: [] },
      request: preflight('http://www.contoso.com', 'GET'),
      expected: refused('no-rules'),
    },
    {
      name: 'two Origin lines',
      policy: documented,
      request: preflight('http://www.contoso.com, http://www.contoso.com', 'GET'),
      expected: refused('origin-malformed'),
    },
    {
      name: 'no Origin',
      policy: documented,
      request: preflight(undefined, 'GET'),
      expected: incomplete('origin-missing'),
    },
    {
      name: 'no requested method, before anything else',
      policy: { rules: [] },
      request: preflight('http://www.contoso.com'),
      expected: incomplete('method-missing'),
    },
  ];

  it.each(cases)('answers $name', each => {
    expect(preflightOf(azureTablesProfile, each)).toEqual(each.expected);
  });
});

describe('decideActual by azureTablesProfile', () => {
  const exposing: Partial<Rule> = { exposeHeaders: ['ETag'], maxAgeSeconds: 1 };
  const exact: Policy = { rules: [rule('http://a.com', 'GET HEAD PUT', exposing)] };
  const any: Policy = { rules: [rule('*', 'GET HEAD PUT', exposing)] };
  const none: Policy = { rules: [] };
  const VARY = headers('Vary: Origin');

  /** The documented table of `Vary` for GET and HEAD, row by row. */
  const table: readonly ActualCase[] = [
    {
      name: 'row 1: no Origin, no rules',
      policy: none,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: [] },
    },
    {
      name: 'row 2: no Origin, rules, none for all origins',
      policy: exact,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: VARY },
    },
    {
      name: 'row 3: no Origin, a rule for all origins',
      policy: any,
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: headers('Expose-Headers: ETag', 'Allow-Origin: *') },
    },
    {
      name: 'row 4: Origin, no rules',
      policy: none,
      request: { origin: 'http://a.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'no-rules', headers: [] },
    },
    {
      name: 'row 5: Origin, a rule that names it',
      policy: exact,
      request: { origin: 'http://a.com', method: 'HEAD' },
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers(
          'Expose-Headers: ETag',
          'Allow-Origin: http://a.com',
          'Allow-Credentials: true',
          'Vary: Origin',
        ),
      },
    },
    {
      name: 'row 6: Origin, rules, none that matches',
      policy: exact,
      request: { origin: 'http://b.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-not-allowed', headers: VARY },
    },
    {
      name: 'row 7: Origin, a rule for all origins',
      policy: any,
      request: { origin: 'http://b.com', method: 'HEAD' },
      expected: { kind: 'allowed', rule: 0, headers: headers('Expose-Headers: ETag', 'Allow-Origin: *') },
    },
  ];

  it.each(table)('follows $name', each => {
    expect(actualOf(azureTablesProfile, each)).toEqual(each.expected);
  });

  const beyond: readonly ActualCase[] = [
    {
      name: 'Vary to a subdomain, which is echoed',
      policy: SUBDOMAINS,
      request: { origin: 'http://a.contoso.com', method: 'GET' },
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers('Allow-Origin: http://a.contoso.com', 'Allow-Credentials: true', 'Vary: Origin'),
      },
    },
    {
      name: 'no Vary to another method',
      policy: exact,
      request: { origin: 'http://a.com', method: 'PUT' },
      expected: {
        kind: 'allowed',
        rule: 0,
        headers: headers('Expose-Headers: ETag', 'Allow-Origin: http://a.com', 'Allow-Credentials: true'),
      },
    },
    {
      name: 'no Vary to another method that is refused',
      policy: exact,
      request: { origin: 'http://b.com', method: 'PUT' },
      expected: { kind: 'refused', reason: 'origin-not-allowed', headers: [] },
    },
    {
      name: 'nothing to another method without Origin, though all origins are allowed',
      policy: any,
      request: { origin: undefined, method: 'PUT' },
      expected: { kind: 'not-cors', headers: [] },
    },
    {
      name: 'Vary to a GET that no rule takes',
      policy: { rules: [rule('*', 'PUT', exposing)] },
      request: { origin: undefined, method: 'GET' },
      expected: { kind: 'not-cors', headers: VARY },
    },
    {
      name: 'Vary to a GET with two Origin lines',
      policy: any,
      request: { origin: 'http://a.com, http://b.com', method: 'GET' },
      expected: { kind: 'refused', reason: 'origin-malformed', headers: VARY },
    },
  ];

  it.each(beyond)('adds $name', each => {
    expect(actualOf(azureTablesProfile, each)).toEqual(each.expected);
  });

  const PRESENT = [
    'Cache-Control',
    'Transfer-Encoding',
    'Content-Type',
    'Server',
    'x-ms-request-id',
    'x-ms-version',
    'X-Content-Type-Options',
    'Date',
  ];
  const exposures: readonly {
    readonly name: string;
    readonly exposed: readonly string[];
    readonly present?: readonly string[];
    readonly expected: string | undefined;
  }[] = [
    {
      name: 'every header: those present, and at the end three that always are',
      exposed: ['*'],
      present: PRESENT,
      expected:
        'Cache-Control,Content-Type,Server,x-ms-request-id,x-ms-version,X-Content-Type-Options,Content-Length,Date,Transfer-Encoding',
    },
    {
      name: 'every header of an entity, which has a tag',
      exposed: ['*'],
      present: [
        'x-ms-request-id',
        'x-ms-client-request-id',
        'Server',
        'x-ms-version',
        'X-Content-Type-Options',
        'Cache-Control',
        'ETag',
        'Content-Type',
      ],
      expected:
        'x-ms-request-id,x-ms-client-request-id,Server,x-ms-version,X-Content-Type-Options,Cache-Control,ETag,Content-Type,Content-Length,Date,Transfer-Encoding',
    },
    { name: 'a prefix', exposed: ['X-MS-*'], present: PRESENT, expected: 'x-ms-request-id,x-ms-version' },
    {
      name: 'a prefix of none that are present',
      exposed: ['x-ms-meta-*'],
      present: PRESENT,
      expected: undefined,
    },
    {
      name: 'a name that is not present',
      exposed: ['x-a', 'x-ms-*'],
      present: PRESENT,
      expected: 'x-ms-request-id,x-ms-version,x-a',
    },
    {
      name: 'a name that is present, once',
      exposed: ['etag', 'ETAG', '*'],
      present: ['ETag', 'etag'],
      expected: 'ETag,Content-Length,Date,Transfer-Encoding',
    },
    { name: 'one of the three', exposed: ['date'], present: [], expected: 'Date' },
    { name: 'nothing', exposed: [], present: PRESENT, expected: undefined },
    {
      name: 'every header when nothing is known of the answer',
      exposed: ['*'],
      expected: 'Content-Length,Date,Transfer-Encoding',
    },
  ];

  it.each(exposures)('exposes $name', ({ exposed, present, expected }) => {
    const { headers: added } = actualOf(azureTablesProfile, {
      policy: { rules: [rule('*', 'GET', { exposeHeaders: exposed })] },
      request: { origin: 'http://a.com', method: 'GET', ...(present && { responseHeaderNames: present }) },
    });
    expect(Object.fromEntries(added)['Access-Control-Expose-Headers']).toBe(expected);
  });
});
