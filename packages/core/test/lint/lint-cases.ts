import { type Budget, newBudget } from '../../src/analysis/budget.ts';
import type { LintCode } from '../../src/lint/lint-findings.ts';
import type { Rule } from '../../src/policy.ts';
import type { Profile } from '../../src/profile.ts';
import { exampleProfile } from '../example-profile.ts';

/** A service that answers with everything there is, for examples of what is doubtful. */
export const lintProfile: Profile = {
  ...exampleProfile,
  methods: {
    known: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'],
    any: false,
    requested: 'one',
  },
  answers: {
    ...exampleProfile.answers,
    preflight: [
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
      'Access-Control-Max-Age',
    ],
    actual: [
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
      'Access-Control-Expose-Headers',
    ],
  },
  limits: { ...exampleProfile.limits, maxAgeSeconds: { max: 2_147_483_647, required: false } },
  browserClient: { requestHeaders: ['authorization'], readAfterPut: ['ETag'] },
};

const withoutCredentials: Profile = { ...lintProfile, answers: exampleProfile.answers };
const echoing: Profile = { ...lintProfile, answers: { ...lintProfile.answers, allowOrigin: 'echo' } };
const fewOrigins: Profile = { ...lintProfile, limits: { ...lintProfile.limits, originsPerRule: 5 } };
const exposingByPattern: Profile = {
  ...lintProfile,
  answers: { ...lintProfile.answers, exposeHeaders: { kind: 'present', always: [] } },
};

/** Parts of a rule that has nothing doubtful otherwise. */
type Parts = Partial<Rule>;

export interface LintCase {
  /** In place of `lintProfile`. */
  readonly profile?: Profile;
  /** The example is in words: a policy would be too long. */
  readonly exampleIsProse?: true;
  readonly budget?: () => Budget;
  /** Other policies that have the finding, beside the example of the table. */
  readonly alsoHas?: readonly (readonly Parts[])[];
  /** Policies that nearly have it. */
  readonly lacks: readonly (readonly Parts[])[];
}

const origins = (...allowedOrigins: string[]): readonly Parts[] => [{ allowedOrigins }];
const headers = (...allowedHeaders: string[]): readonly Parts[] => [{ allowedHeaders }];
const exposed = (...exposeHeaders: string[]): readonly Parts[] => [{ exposeHeaders }];

const A = 'https://a.example.com';
const SUBDOMAINS = 'https://*.example.com';

/** Rules for every origin, each with a header and an age of its own. */
function crowd(count: number): readonly Parts[] {
  return Array.from({ length: count }, (_, rule) => ({
    allowedOrigins: ['*'],
    allowedHeaders: [`x-${rule}`],
    maxAgeSeconds: rule,
  }));
}

/** For every code what has it and what nearly has it; the compiler asks for those of new codes. */
export const lintCases: Readonly<Record<LintCode, LintCase>> = {
  'origin-never-sent': {
    alsoHas: [
      origins('https://*.example.com/'),
      origins('https://*.example.com:443'),
      origins('https://*.Example.com'),
      origins('HTTPS://*.example.com'),
      origins('example.com'),
      origins('https://example.com:0*'),
      origins('ftp://example.com'),
      origins('ws://example.com:8080'),
      origins('wss://*.example.com'),
      origins('https://*..com'),
      origins('https://a..example.com'),
    ],
    lacks: [
      origins('https://example.com'),
      origins('https://*.example.com:8443'),
      origins('*.example.com'),
      origins('*'),
      origins('null'),
      origins('capacitor://localhost'),
      origins('wsx://example.com'),
      origins('https://*.example.com.'),
      origins('https://example.com:44*3'),
      origins('h*s://example.com'),
    ],
  },
  'origin-null': {
    alsoHas: [origins('nul*'), origins('*l')],
    lacks: [origins('https://null'), origins('*'), origins('http*')],
  },
  'origin-every': {
    profile: withoutCredentials,
    alsoHas: [
      origins('http*'),
      origins('https://*'),
      origins('https:/*'),
      origins('https://*:8443'),
      origins('h*'),
    ],
    lacks: [origins('https://*.com'), origins('https://a*'), origins('*://example.com')],
  },
  'origin-every-credentials': {
    alsoHas: [origins('http*')],
    lacks: [origins('*'), origins('https://*.com')],
  },
  'origin-every-writes': {
    alsoHas: [[{ allowedOrigins: ['https://*'], allowedMethods: ['DELETE'] }]],
    lacks: [
      [{ allowedOrigins: ['*'], allowedMethods: ['GET', 'HEAD'] }],
      [{ allowedOrigins: [A], allowedMethods: ['PUT', 'DELETE'] }],
    ],
  },
  'origin-wildcard-scheme': {
    alsoHas: [origins('http*://example.com'), origins('*.example.com'), origins('*//example.com')],
    lacks: [origins('https*://example.com'), origins('https://*.example.com'), origins('http*')],
  },
  'origin-wildcard-open-end': {
    alsoHas: [origins('https://example.com*'), origins('https://www.*:8443'), origins('http://localhost*')],
    lacks: [origins('https://*'), origins('https://example.com:*'), origins('https://*.example.com')],
  },
  'origin-wildcard-no-dot': {
    alsoHas: [
      origins('https://*example.co.uk'),
      origins('https://*-team.vercel.app'),
      origins('*example.com'),
    ],
    lacks: [
      origins('https://*.example.com'),
      origins('https://*-preview.example.com'),
      origins('https://*.co.uk'),
      origins('https://*'),
    ],
  },
  'origin-wildcard-shared-suffix': {
    alsoHas: [
      origins('https://*.com'),
      origins('https://*.co.uk'),
      origins('https://a*.com'),
      origins('*.github.io'),
      origins('https://*.cos.ap-guangzhou.myqcloud.com'),
    ],
    lacks: [
      origins('https://*.team.github.io'),
      origins('http://*.localhost'),
      origins('https://*.test'),
      origins('https://*.example.com'),
      origins('https://team.github.io'),
    ],
  },
  'origin-wildcard-port': {
    alsoHas: [origins('http://localhost:*'), origins('http://[::1]:*'), origins('https://example.com:8*')],
    lacks: [origins('https://example.com:8443'), origins('https://*:8443'), origins('http://[::*]')],
  },
  'origin-subdomains': {
    alsoHas: [origins('https://*-preview.example.com'), origins('https://app*.example.com:8443')],
    lacks: [origins('https://*.com'), origins('https://*example.com'), origins(A)],
  },
  'origin-shared-host': {
    alsoHas: [origins('https://codepen.io')],
    lacks: [origins('https://jsfiddle.net.example.com'), origins('https://my.jsfiddle.net')],
  },
  'origin-insecure': {
    profile: withoutCredentials,
    alsoHas: [
      origins('http://*.example.com'),
      origins('http://*'),
      origins('http*'),
      origins('h*'),
      origins('http*:8080'),
    ],
    lacks: [
      origins('http://example.com', '*'),
      origins('*'),
      origins('https*'),
      origins('http*.localhost'),
      origins('https://example.com'),
      origins('http://localhost'),
      origins('http://app.localhost:3000'),
    ],
  },
  'origin-insecure-credentials': {
    alsoHas: [origins('http*')],
    lacks: [
      origins('https://example.com'),
      origins('http://127.0.0.1:3000'),
      [{ allowedOrigins: ['http://example.com', '*'] }],
    ],
  },
  'origin-loopback': {
    alsoHas: [
      ...[
        'https://localhost',
        'http://app.localhost',
        'http://127.0.0.2',
        'http://0.0.0.0',
        'http://localhost:*',
      ],
      ...['http://[::1]:8080', 'http://[::]', 'http://[::ffff:7f00:1]', 'http://*.localhost:3000'],
    ].map(origin => origins(origin)),
    lacks: [
      origins('https://localhost.example.com'),
      origins('https://127.example.com'),
      origins('http://[::2]'),
    ],
  },
  'origin-redundant': {
    alsoHas: [
      origins('*', A),
      origins(A, A),
      origins('https://*.a.example.com', SUBDOMAINS),
      origins('https://example.com', 'http*', 'https://*'),
    ],
    lacks: [
      origins(SUBDOMAINS, 'https://example.com'),
      origins(SUBDOMAINS, 'http://a.example.com'),
      [{ allowedOrigins: [A] }, { allowedOrigins: [A] }],
    ],
  },
  'method-forbidden': { lacks: [[{ allowedMethods: ['GET', 'PATCH'] }]] },
  'method-redundant': { lacks: [[{ allowedMethods: ['GET', 'HEAD'] }]] },
  'header-forbidden': {
    alsoHas: [headers('Sec-Fetch-*'), headers('Proxy-Authorization'), headers('Host')],
    lacks: [
      headers('X-Cookie'),
      headers('*'),
      headers('s*'),
      headers('sec*'),
      headers('host*'),
      headers('User-Agent'),
    ],
  },
  'header-safelisted': {
    alsoHas: [headers('content-language')],
    lacks: [headers('content-type'), headers('range'), headers('accept*'), headers('x-accept')],
  },
  'header-any-credentials': {
    lacks: [headers('x-*'), [{ allowedOrigins: ['*'], allowedHeaders: ['*'] }]],
  },
  'header-redundant': {
    alsoHas: [headers('*', 'x-a'), headers('x-a', 'X-A'), headers('x-a*', 'x-*')],
    lacks: [headers('x-meta-*', 'x-meta'), headers('x-*', '*-x')],
  },
  'expose-safelisted': { lacks: [exposed('ETag', 'Content-Range'), exposed('Content-*')] },
  'expose-forbidden': { alsoHas: [exposed('set-cookie2')], lacks: [exposed('X-Set-Cookie')] },
  'expose-sensitive': {
    alsoHas: [exposed('Authorization')],
    lacks: [exposed('X-Amz-Request-Id'), exposed('WWW-Authenticate')],
  },
  'expose-any-credentials': { lacks: [[{ allowedOrigins: ['*'], exposeHeaders: ['*'] }], exposed('ETag')] },
  'expose-pattern': { lacks: [exposed('x-meta-author'), exposed('*')] },
  'expose-redundant': {
    lacks: [exposed('ETag', 'x-etag'), exposed('*', 'ETag'), exposed('x-*', 'x-a')],
  },
  'content-type-not-allowed': {
    alsoHas: [
      [{ allowedMethods: ['PATCH'], allowedHeaders: ['x-*'] }],
      [
        { allowedMethods: ['GET'], allowedHeaders: ['content-type'] },
        { allowedMethods: ['PUT'], allowedHeaders: [] },
      ],
    ],
    lacks: [
      [{ allowedMethods: ['PUT'], allowedHeaders: ['Content-Type'] }],
      [{ allowedMethods: ['PUT'], allowedHeaders: ['*'] }],
      [{ allowedMethods: ['PUT'], allowedHeaders: ['content-*'] }],
      [{ allowedMethods: ['GET', 'HEAD', 'POST'], allowedHeaders: [] }],
      [
        { allowedMethods: ['PUT'], allowedHeaders: [] },
        { allowedMethods: ['PUT'], allowedHeaders: ['content-type'] },
      ],
    ],
  },
  'client-header-not-allowed': {
    lacks: [[], headers('Authorization'), headers('auth*'), [{}, { allowedHeaders: ['*'] }]],
  },
  'client-header-not-exposed': {
    lacks: [
      [{ allowedMethods: ['PUT'], exposeHeaders: ['etag'] }],
      [{ allowedMethods: ['PUT'], exposeHeaders: ['*'] }],
      [{ allowedMethods: ['GET', 'POST'], exposeHeaders: [] }],
    ],
  },
  'max-age-beyond-browsers': {
    alsoHas: [[{ maxAgeSeconds: 7201 }]],
    lacks: [[{ maxAgeSeconds: 7200 }], [{ maxAgeSeconds: 0 }]],
  },
  'max-age-zero': { lacks: [[{ maxAgeSeconds: 1 }]] },
  'max-age-unset': { lacks: [[{ maxAgeSeconds: 0 }]] },
  'rule-shadowed': {
    alsoHas: [
      [{ allowedOrigins: [A] }, { allowedOrigins: [A] }],
      [
        { allowedOrigins: [SUBDOMAINS] },
        { allowedOrigins: ['*'], allowedMethods: ['PUT'] },
        { allowedOrigins: [A], allowedMethods: ['GET', 'PUT'] },
      ],
      [{ allowedOrigins: [A] }, { allowedOrigins: [A, 'https://never.example/'] }],
      [{ allowedHeaders: ['x-*'] }, { allowedHeaders: ['X-A', 'x-b*'] }],
    ],
    lacks: [
      [{ allowedOrigins: [A] }, { allowedOrigins: [SUBDOMAINS] }],
      [{ allowedOrigins: [SUBDOMAINS] }, { allowedOrigins: [A], allowedMethods: ['GET', 'HEAD'] }],
      [{ allowedOrigins: [SUBDOMAINS] }, { allowedOrigins: ['https://example.com'] }],
      [{ allowedHeaders: ['x-a'] }, { allowedHeaders: ['x-a', 'x-b'] }],
      [{ allowedOrigins: ['*'] }, { allowedOrigins: ['https://never.example/'] }],
    ],
  },
  'rule-partly-shadowed': {
    alsoHas: [
      [{ allowedOrigins: ['*'] }, { allowedOrigins: [A], allowedMethods: ['GET', 'PUT'] }],
      [
        { allowedOrigins: ['https://*'], exposeHeaders: [] },
        { allowedOrigins: ['*.example.com'], exposeHeaders: ['ETag'] },
      ],
    ],
    lacks: [
      [{ allowedOrigins: [SUBDOMAINS] }, { allowedOrigins: [A], allowedMethods: ['GET', 'PUT'] }],
      [
        { allowedOrigins: [SUBDOMAINS], maxAgeSeconds: 60 },
        { allowedOrigins: [A], allowedMethods: ['PUT'] },
      ],
      [{ allowedOrigins: [SUBDOMAINS], maxAgeSeconds: 60 }, { allowedOrigins: ['https://example.com'] }],
      [
        { allowedOrigins: [SUBDOMAINS], exposeHeaders: ['ETag'] },
        { allowedOrigins: [A], allowedMethods: ['GET', 'PUT'], exposeHeaders: ['etag'] },
      ],
    ],
  },
  'rule-redundant': {
    lacks: [
      [
        { allowedOrigins: [A], maxAgeSeconds: 60 },
        { allowedOrigins: [SUBDOMAINS], maxAgeSeconds: 600 },
      ],
      [
        { allowedOrigins: [A] },
        { allowedOrigins: [SUBDOMAINS], maxAgeSeconds: 60 },
        { allowedOrigins: ['https://*'] },
      ],
      [{ allowedOrigins: [A], allowedHeaders: ['*'] }, { allowedOrigins: [SUBDOMAINS] }],
    ],
  },
  'analysis-incomplete': {
    exampleIsProse: true,
    budget: () => newBudget(20_000),
    alsoHas: [crowd(60)],
    lacks: [crowd(2)],
  },
  'policy-empty': { lacks: [[{}]] },
  'limit-near': {
    profile: fewOrigins,
    lacks: [
      origins(...['a', 'b', 'c', 'd'].map(name => `https://${name}.com`)),
      origins(...['a', 'b', 'c', 'd', 'e', 'f'].map(name => `https://${name}.com`)),
    ],
  },
};

export interface ServiceCase {
  readonly name: string;
  readonly profile: Profile;
  readonly rules: readonly Parts[];
  readonly code: LintCode;
  readonly has: boolean;
}

export const refusing: Profile = { ...lintProfile, headers: { wildcard: 'anywhere', unlisted: 'refuse' } };
const ignoring: Profile = {
  ...lintProfile,
  headers: { wildcard: 'anywhere', unlisted: 'ignore' },
  answers: { ...lintProfile.answers, allowHeaders: { kind: 'fixed', value: 'Content-Type' } },
};
const anyMethod: Profile = { ...lintProfile, methods: { ...lintProfile.methods, any: true } };
const tellingAge: Profile = {
  ...lintProfile,
  answers: { ...lintProfile.answers, maxAge: { kind: 'fixed', seconds: 60 } },
};
const fewRules: Profile = {
  ...lintProfile,
  limits: {
    ...lintProfile.limits,
    rules: { min: 0, max: 10 },
    headersPerList: { literal: 10, wildcard: 2 },
  },
};
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `x-${index}`);
const filtering: Profile = {
  ...lintProfile,
  headers: { wildcard: 'anywhere', unlisted: 'filter' },
  answers: { ...lintProfile.answers, allowHeaders: { kind: 'requested', form: 'as-sent' } },
};
const demanding: Profile = {
  ...lintProfile,
  limits: { ...lintProfile.limits, rules: { min: 1 }, maxAgeSeconds: { max: 10_000, required: true } },
};
const defaultAge: Profile = {
  ...lintProfile,
  answers: { ...lintProfile.answers, maxAge: { kind: 'rule', whenUnset: 600 } },
};
const byUrl: Profile = { ...lintProfile, origins: { any: false, wildcard: 'host', compare: 'url' } };

/** What depends on the service. */
export const serviceCases: readonly ServiceCase[] = [
  {
    name: 'an echo of any origin',
    profile: echoing,
    rules: origins('*'),
    code: 'origin-every-credentials',
    has: true,
  },
  {
    name: 'a capital, compared as URL',
    profile: byUrl,
    rules: origins('https://A.com:443'),
    code: 'origin-never-sent',
    has: false,
  },
  {
    name: 'a long IPv6 address, compared as URL',
    profile: byUrl,
    rules: origins('https://[0::1]'),
    code: 'origin-never-sent',
    has: true,
  },
  {
    name: 'an open end, host characters only',
    profile: byUrl,
    rules: origins('https://a*'),
    code: 'origin-wildcard-open-end',
    has: true,
  },
  {
    name: 'a pattern of exposed names that is expanded',
    profile: exposingByPattern,
    rules: exposed('x-*'),
    code: 'expose-pattern',
    has: false,
  },
  {
    name: 'a pattern beside one that is expanded',
    profile: exposingByPattern,
    rules: exposed('x-*', 'X-A-*'),
    code: 'expose-redundant',
    has: true,
  },
  {
    name: 'a name beside a pattern that is expanded, which is exposed in any case',
    profile: exposingByPattern,
    rules: exposed('x-*', 'X-A'),
    code: 'expose-redundant',
    has: false,
  },
  {
    name: 'headers that an earlier rule refuses',
    profile: refusing,
    rules: [
      { allowedOrigins: [SUBDOMAINS] },
      { allowedOrigins: [A], allowedMethods: ['GET', 'PUT'], allowedHeaders: ['x-a'] },
    ],
    code: 'rule-partly-shadowed',
    has: true,
  },
  {
    name: 'more headers in a rule that is never asked',
    profile: refusing,
    rules: [{ allowedHeaders: [] }, { allowedHeaders: ['x-a'] }],
    code: 'rule-shadowed',
    has: true,
  },
  {
    name: 'a body with headers that are always answered',
    profile: ignoring,
    rules: [{ allowedMethods: ['PUT'] }],
    code: 'content-type-not-allowed',
    has: false,
  },
  {
    name: 'a client whose headers nobody checks',
    profile: ignoring,
    rules: [{}],
    code: 'client-header-not-allowed',
    has: false,
  },
  {
    name: 'every method for every origin',
    profile: anyMethod,
    rules: [{ allowedOrigins: ['*'], allowedMethods: ['*'] }],
    code: 'origin-every-writes',
    has: true,
  },
  {
    name: 'a method beside every method',
    profile: anyMethod,
    rules: [{ allowedMethods: ['*', 'GET'] }],
    code: 'method-redundant',
    has: true,
  },
  {
    name: 'every method behind all that are known',
    profile: anyMethod,
    rules: [{ allowedMethods: anyMethod.methods.known }, { allowedMethods: ['*'] }],
    code: 'rule-shadowed',
    has: false,
  },
  ...[
    { count: 8, has: false },
    { count: 9, has: true },
    { count: 10, has: true },
    { count: 11, has: false },
  ].flatMap(({ count, has }): readonly ServiceCase[] => {
    const rest = { profile: fewRules, code: 'limit-near', has } as const;
    return [
      { name: `${count} of 10 rules`, rules: Array.from({ length: count }, () => ({})), ...rest },
      { name: `${count} of 10 allowed headers`, rules: [{ allowedHeaders: names(count) }], ...rest },
      { name: `${count} of 10 exposed headers`, rules: [{ exposeHeaders: names(count) }], ...rest },
    ];
  }),
  {
    name: 'four of four origins',
    profile: { ...lintProfile, limits: { ...lintProfile.limits, originsPerRule: 4 } },
    rules: origins(...['a', 'b', 'c', 'd'].map(name => `https://${name}.com`)),
    code: 'limit-near',
    has: false,
  },
  {
    name: 'a body with a header that is left out',
    profile: filtering,
    rules: [{ allowedMethods: ['PUT'] }],
    code: 'content-type-not-allowed',
    has: true,
  },
  { name: 'no rule where one is needed', profile: demanding, rules: [], code: 'policy-empty', has: false },
  { name: 'no age where one is needed', profile: demanding, rules: [{}], code: 'max-age-unset', has: false },
  {
    name: 'an age that is not taken',
    profile: demanding,
    rules: [{ maxAgeSeconds: 10_001 }],
    code: 'max-age-beyond-browsers',
    has: false,
  },
  {
    name: 'an age that is taken',
    profile: demanding,
    rules: [{ maxAgeSeconds: 10_000 }],
    code: 'max-age-beyond-browsers',
    has: true,
  },
  {
    name: 'no age where there is a default',
    profile: defaultAge,
    rules: [{}],
    code: 'max-age-unset',
    has: false,
  },
  {
    name: 'two of two patterns of names',
    profile: fewRules,
    rules: [{ allowedHeaders: ['x-*', 'y-*'] }],
    code: 'limit-near',
    has: false,
  },
  {
    name: 'no age where the service decides it',
    profile: tellingAge,
    rules: [{}],
    code: 'max-age-unset',
    has: false,
  },
];
