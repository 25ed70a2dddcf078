import type { DiagnosticCode, PolicyPath } from '../src/diagnostic.ts';
import type { Policy, Rule } from '../src/policy.ts';
import type { Profile } from '../src/profile.ts';
import { exampleProfile } from './example-profile.ts';

export interface ValidateCase {
  readonly name: string;
  readonly policy: Policy;
  readonly profile: Profile;
  readonly findings: readonly Finding[];
}

export type Finding = readonly [code: DiagnosticCode, path: PolicyPath];

function ruleWith(parts: Partial<Rule>): Rule {
  return {
    allowedOrigins: ['https://a.com'],
    allowedMethods: ['GET'],
    allowedHeaders: [],
    exposeHeaders: [],
    ...parts,
  };
}

function policyWith(parts: Partial<Rule>): Policy {
  return { rules: [ruleWith(parts)] };
}

function limited(limits: Partial<Profile['limits']>): Profile {
  return { ...exampleProfile, limits: { ...exampleProfile.limits, ...limits } };
}

const url: Profile = { ...exampleProfile, origins: { any: false, wildcard: 'host', compare: 'url' } };
const prefixes: Profile = { ...exampleProfile, headers: { wildcard: 'end', unlisted: 'refuse' } };
const bare: Profile = { ...exampleProfile, fields: [] };
const anyMethod: Profile = { ...exampleProfile, methods: { ...exampleProfile.methods, any: true } };

/** 27 characters: 15 of origins, 3 of methods, 5 and 1 of headers, 3 of age. */
const LONG_RULE: Rule = {
  allowedOrigins: ['https://a.com', '*'],
  allowedMethods: ['GET'],
  allowedHeaders: ['x-a', 'b'],
  exposeHeaders: ['e'],
  maxAgeSeconds: 600,
};

const ORIGINS: PolicyPath = ['rules', 0, 'allowedOrigins'];
const METHODS: PolicyPath = ['rules', 0, 'allowedMethods'];
const HEADERS: PolicyPath = ['rules', 0, 'allowedHeaders'];
const EXPOSED: PolicyPath = ['rules', 0, 'exposeHeaders'];
const AGE: PolicyPath = ['rules', 0, 'maxAgeSeconds'];

/** What each service-independent finding looks like. Together they produce every code that `validate` has. */
export const validateCases: readonly ValidateCase[] = [
  { name: 'a plain rule', policy: policyWith({}), profile: exampleProfile, findings: [] },
  {
    name: 'every field at its fullest',
    policy: {
      rules: [
        {
          id: '',
          allowedOrigins: ['*', 'https://*.a.com', 'https://*.a.com'],
          allowedMethods: ['GET', 'PUT', 'GET'],
          allowedHeaders: ['*', 'x-*', 'X-A'],
          exposeHeaders: ['*', 'ETag', 'etag'],
          maxAgeSeconds: 86_400,
        },
      ],
      vary: false,
    },
    profile: exampleProfile,
    findings: [],
  },
  { name: 'no rules where none are needed', policy: { rules: [] }, profile: exampleProfile, findings: [] },
  {
    name: 'no rules where one is needed',
    policy: { rules: [] },
    profile: limited({ rules: { min: 1 } }),
    findings: [['rules-missing', ['rules']]],
  },
  {
    name: 'as many rules as the service takes',
    policy: { rules: [ruleWith({}), ruleWith({})] },
    profile: limited({ rules: { min: 0, max: 2 } }),
    findings: [],
  },
  {
    name: 'more rules than the service takes',
    policy: { rules: [ruleWith({}), ruleWith({}), ruleWith({})] },
    profile: limited({ rules: { min: 0, max: 2 } }),
    findings: [['rules-too-many', ['rules']]],
  },
  {
    name: 'rules of as many characters as the service takes, commas and ages counted',
    policy: { rules: [LONG_RULE, LONG_RULE] },
    profile: limited({ totalLength: 2 * 27 }),
    findings: [],
  },
  {
    name: 'rules of one character more than the service takes',
    policy: { rules: [LONG_RULE, LONG_RULE] },
    profile: limited({ totalLength: 2 * 27 - 1 }),
    findings: [['rules-too-long', ['rules']]],
  },
  {
    name: 'fields that the service does not have',
    policy: {
      rules: [ruleWith({ id: 'a', allowedHeaders: ['x-a'], exposeHeaders: ['etag'], maxAgeSeconds: 0 })],
      vary: false,
    },
    profile: bare,
    findings: [
      ['field-not-supported', ['rules', 0, 'id']],
      ['field-not-supported', HEADERS],
      ['field-not-supported', EXPOSED],
      ['field-not-supported', AGE],
      ['field-not-supported', ['vary']],
    ],
  },
  {
    name: 'empty lists that the service does not have',
    policy: policyWith({ allowedHeaders: [], exposeHeaders: [] }),
    profile: bare,
    findings: [],
  },
  {
    name: 'no origin and no method',
    policy: policyWith({ allowedOrigins: [], allowedMethods: [] }),
    profile: exampleProfile,
    findings: [
      ['origins-missing', ORIGINS],
      ['methods-missing', METHODS],
    ],
  },
  {
    name: 'more origins than the service takes',
    policy: policyWith({ allowedOrigins: ['a', 'b', 'c'] }),
    profile: limited({ originsPerRule: 2 }),
    findings: [['origins-too-many', ORIGINS]],
  },
  {
    name: 'origins that cannot be read',
    policy: policyWith({ allowedOrigins: ['', 'https://a b', 'https://ok', 'a*b*c'] }),
    profile: exampleProfile,
    findings: [
      ['origin-empty', [...ORIGINS, 0]],
      ['origin-character', [...ORIGINS, 1]],
      ['origin-wildcards', [...ORIGINS, 3]],
    ],
  },
  {
    name: 'origins that are no URLs',
    policy: policyWith({ allowedOrigins: ['*', 'https://*', 'a.com'] }),
    profile: url,
    findings: [
      ['origin-any', [...ORIGINS, 0]],
      ['origin-wildcard-place', [...ORIGINS, 1]],
      ['origin-not-url', [...ORIGINS, 2]],
    ],
  },
  {
    name: 'an origin of the longest length and one that is longer',
    policy: policyWith({ allowedOrigins: ['a'.repeat(10), 'a'.repeat(11)] }),
    profile: limited({ entryLength: 10 }),
    findings: [['origin-too-long', [...ORIGINS, 1]]],
  },
  {
    name: 'an origin that is wrong in two ways',
    policy: policyWith({ allowedOrigins: ['a b c d e f'] }),
    profile: limited({ entryLength: 10 }),
    findings: [
      ['origin-character', [...ORIGINS, 0]],
      ['origin-too-long', [...ORIGINS, 0]],
    ],
  },
  {
    name: 'methods that the service does not take',
    policy: policyWith({ allowedMethods: ['get', 'GET', 'PATCH', '*', ''] }),
    profile: exampleProfile,
    findings: [
      ['method-unknown', [...METHODS, 0]],
      ['method-unknown', [...METHODS, 2]],
      ['method-unknown', [...METHODS, 3]],
      ['method-unknown', [...METHODS, 4]],
    ],
  },
  {
    name: 'a method for every method where the service has it',
    policy: policyWith({ allowedMethods: ['*'] }),
    profile: anyMethod,
    findings: [],
  },
  {
    name: 'header names that cannot be read, in both lists',
    policy: policyWith({ allowedHeaders: ['x y', 'a*b*'], exposeHeaders: ['', '**'] }),
    profile: exampleProfile,
    findings: [
      ['header-not-token', [...HEADERS, 0]],
      ['header-wildcards', [...HEADERS, 1]],
      ['header-not-token', [...EXPOSED, 0]],
      ['header-wildcards', [...EXPOSED, 1]],
    ],
  },
  {
    name: 'a wildcard before the end of a header name',
    policy: policyWith({ allowedHeaders: ['x-*', '*-x'], exposeHeaders: ['x-*-y'] }),
    profile: prefixes,
    findings: [
      ['header-wildcard-place', [...HEADERS, 1]],
      ['header-wildcard-place', [...EXPOSED, 0]],
    ],
  },
  {
    name: 'a header name that is too long',
    policy: policyWith({
      allowedOrigins: ['a'],
      allowedHeaders: ['a'.repeat(11)],
      exposeHeaders: ['a'.repeat(10)],
    }),
    profile: limited({ entryLength: 10 }),
    findings: [['header-too-long', [...HEADERS, 0]]],
  },
  {
    name: 'as many header names as the service takes',
    policy: policyWith({ allowedHeaders: ['*', 'a', 'b', 'x-*'], exposeHeaders: ['a', 'b', 'x-*'] }),
    profile: limited({ headersPerList: { literal: 2, wildcard: 1 } }),
    findings: [],
  },
  {
    name: 'more header names than the service takes',
    policy: policyWith({ allowedHeaders: ['a', 'b', 'c'], exposeHeaders: ['x-*', 'y-*'] }),
    profile: limited({ headersPerList: { literal: 2, wildcard: 1 } }),
    findings: [
      ['headers-too-many', HEADERS],
      ['headers-too-many', EXPOSED],
    ],
  },
  {
    name: 'no age where one is needed',
    policy: policyWith({}),
    profile: limited({ maxAgeSeconds: { max: 60, required: true } }),
    findings: [['max-age-missing', AGE]],
  },
  ...[0, 60].map(maxAgeSeconds => ({
    name: `an age of ${maxAgeSeconds} where 60 is the highest`,
    policy: policyWith({ maxAgeSeconds }),
    profile: limited({ maxAgeSeconds: { max: 60, required: true } }),
    findings: [],
  })),
  ...[-1, 61, 0.5, Number.NaN, Number.POSITIVE_INFINITY].map(maxAgeSeconds => ({
    name: `an age of ${maxAgeSeconds} where 60 is the highest`,
    policy: policyWith({ maxAgeSeconds }),
    profile: limited({ maxAgeSeconds: { max: 60, required: true } }),
    findings: [['max-age-range', AGE] as const],
  })),
  {
    name: 'faults of several rules, in their order',
    policy: {
      rules: [ruleWith({ maxAgeSeconds: -1 }), ruleWith({}), ruleWith({ allowedOrigins: [''] })],
    },
    profile: exampleProfile,
    findings: [
      ['max-age-range', AGE],
      ['origin-empty', ['rules', 2, 'allowedOrigins', 0]],
    ],
  },
];
