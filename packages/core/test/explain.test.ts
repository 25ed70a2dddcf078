import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { decideActual, decidePreflight } from '../src/decide.ts';
import type { PreflightRequest } from '../src/decision.ts';
import { explainActual, explainPreflight } from '../src/explain.ts';
import type { ExplainedRule, LeftOut, RuleOutcome } from '../src/explanation.ts';
import type { Policy, Rule } from '../src/policy.ts';
import type { Profile } from '../src/profile.ts';
import { exampleProfile } from './example-profile.ts';

function rule(origins: string, methods: string, headers = ''): Rule {
  return {
    allowedOrigins: origins.split(' '),
    allowedMethods: methods.split(' '),
    allowedHeaders: headers.split(' ').filter(name => name !== ''),
    exposeHeaders: [],
  };
}

function unlisted(kind: Profile['headers']['unlisted']): Profile {
  return { ...exampleProfile, headers: { ...exampleProfile.headers, unlisted: kind } };
}

function preflight(origin?: string, requestMethod?: string, requestHeaders?: string): PreflightRequest {
  return { origin, requestMethod, requestHeaders };
}

/** Two wildcards, one `*`: the first entry that matches is not the most particular one. */
const policy: Policy = {
  rules: [
    rule('https://b.com http://a.com', 'GET PUT'),
    rule('https://*.com https://a.com', 'GET put'),
    rule('https://a.com', 'GET PUT', 'x-b x-*'),
    rule('*', 'GET PUT', '*'),
    rule('https://a.com', 'PUT', 'x-a'),
  ],
};

function outcomes(rules: readonly ExplainedRule[]): readonly RuleOutcome[] {
  return rules.map(each => each.outcome);
}

describe('explainPreflight', () => {
  it('tells what matched in each rule, what did not, and what nearly did', () => {
    const compiled = compile(policy, exampleProfile);
    const request = preflight('https://a.com', 'PUT', 'X-A, y, X-A');
    const { decision, rules } = explainPreflight(compiled, request);
    expect(decision).toStrictEqual(decidePreflight(compiled, request));
    const none = { kind: 'none', nearMisses: [] };
    expect(rules).toEqual([
      {
        index: 0,
        source: policy.rules[0],
        outcome: 'origin-not-allowed',
        origin: {
          value: 'https://a.com',
          match: { kind: 'none', nearMisses: [{ kind: 'scheme', index: 1, text: 'http://a.com' }] },
        },
        methods: [{ value: 'PUT', match: { kind: 'entry', index: 1, text: 'PUT' } }],
        headers: [
          { value: 'X-A', match: none },
          { value: 'y', match: none },
        ],
      },
      {
        index: 1,
        source: policy.rules[1],
        outcome: 'method-not-allowed',
        origin: { value: 'https://a.com', match: { kind: 'entry', index: 0, text: 'https://*.com' } },
        methods: [
          { value: 'PUT', match: { kind: 'none', nearMisses: [{ kind: 'case', index: 1, text: 'put' }] } },
        ],
        headers: [
          { value: 'X-A', match: none },
          { value: 'y', match: none },
        ],
      },
      {
        index: 2,
        source: policy.rules[2],
        outcome: 'headers-not-allowed',
        origin: { value: 'https://a.com', match: { kind: 'entry', index: 0, text: 'https://a.com' } },
        methods: [{ value: 'PUT', match: { kind: 'entry', index: 1, text: 'PUT' } }],
        headers: [
          { value: 'X-A', match: { kind: 'entry', index: 1, text: 'x-*' } },
          { value: 'y', match: none },
        ],
      },
      {
        index: 3,
        source: policy.rules[3],
        outcome: 'chosen',
        origin: { value: 'https://a.com', match: { kind: 'any', index: 0, text: '*' } },
        methods: [{ value: 'PUT', match: { kind: 'entry', index: 1, text: 'PUT' } }],
        headers: [
          { value: 'X-A', match: { kind: 'any', index: 0, text: '*' } },
          { value: 'y', match: { kind: 'any', index: 0, text: '*' } },
        ],
      },
      {
        index: 4,
        source: policy.rules[4],
        outcome: 'not-reached',
        origin: { value: 'https://a.com', match: { kind: 'entry', index: 0, text: 'https://a.com' } },
        methods: [{ value: 'PUT', match: { kind: 'entry', index: 0, text: 'PUT' } }],
        headers: [
          { value: 'X-A', match: { kind: 'entry', index: 0, text: 'x-a' } },
          { value: 'y', match: none },
        ],
      },
    ]);
  });

  const conventions: readonly {
    readonly unlisted: Profile['headers']['unlisted'];
    readonly outcomes: readonly RuleOutcome[];
  }[] = [
    {
      unlisted: 'next-rule',
      outcomes: ['origin-not-allowed', 'headers-not-allowed', 'headers-not-allowed', 'chosen', 'not-reached'],
    },
    {
      unlisted: 'refuse',
      outcomes: ['origin-not-allowed', 'chosen-refuses-headers', 'not-reached', 'not-reached', 'not-reached'],
    },
    {
      unlisted: 'filter',
      outcomes: ['origin-not-allowed', 'chosen', 'not-reached', 'not-reached', 'not-reached'],
    },
    {
      unlisted: 'ignore',
      outcomes: ['origin-not-allowed', 'chosen', 'not-reached', 'not-reached', 'not-reached'],
    },
  ];

  it.each(conventions)('tells which rule decides where unlisted headers do $unlisted', each => {
    const compiled = compile(policy, unlisted(each.unlisted));
    const { rules } = explainPreflight(compiled, preflight('https://a.com', 'GET', 'y'));
    expect(outcomes(rules)).toEqual(each.outcomes);
  });

  it('does not compare headers that the service does not compare', () => {
    const compiled = compile(policy, unlisted('ignore'));
    const { rules } = explainPreflight(compiled, preflight('https://a.com', 'GET', 'x-a'));
    expect(rules.map(({ headers }) => headers[0]?.match.kind)).toEqual(Array(5).fill('not-compared'));
  });

  const withoutRules: readonly { readonly name: string; readonly request: PreflightRequest }[] = [
    { name: 'no origin', request: preflight(undefined, 'GET') },
    { name: 'no method', request: preflight('https://a.com', '') },
    { name: 'two origins', request: preflight('https://a.com, https://b.com', 'GET') },
  ];

  it.each(withoutRules)('explains no rule to a request with $name, as none is looked at', ({ request }) => {
    expect(explainPreflight(compile(policy, exampleProfile), request).rules).toEqual([]);
  });

  const filtering: Profile = {
    ...unlisted('filter'),
    methods: { known: ['GET', 'PUT'], any: false, requested: 'list' },
    answers: {
      ...exampleProfile.answers,
      allowMethods: { kind: 'requested', separator: ',' },
      allowHeaders: { kind: 'requested', form: 'as-sent' },
    },
  };
  const fixed: Profile = {
    ...unlisted('ignore'),
    answers: { ...exampleProfile.answers, allowHeaders: { kind: 'fixed', value: 'accept,Content-Type' } },
  };
  const everything: LeftOut = { methods: [], headers: [], browserRefuses: false };
  const left: readonly {
    readonly name: string;
    readonly profile: Profile;
    readonly request: PreflightRequest;
    readonly leftOut: LeftOut;
  }[] = [
    {
      name: 'nothing of an answer to all',
      profile: filtering,
      request: preflight('https://a.com', 'GET', 'X-A'),
      leftOut: everything,
    },
    {
      name: 'the headers that a rule filters',
      profile: filtering,
      request: preflight('https://a.com', 'GET', 'x-a, y, Z'),
      leftOut: { methods: [], headers: ['y', 'Z'], browserRefuses: true },
    },
    {
      name: 'a name that is like an answered one only beyond ASCII',
      profile: filtering,
      request: preflight('https://a.com', 'GET', 'x-k, x-\u212a'),
      leftOut: { methods: [], headers: ['x-\u212a'], browserRefuses: true },
    },
    {
      name: 'a method of a list that the rule does not allow',
      profile: filtering,
      request: preflight('https://a.com', 'GET, PATCH'),
      leftOut: { methods: ['PATCH'], headers: [], browserRefuses: true },
    },
    {
      name: 'a method that browsers do not look for',
      profile: filtering,
      request: preflight('https://a.com', 'GET, POST'),
      leftOut: { methods: ['POST'], headers: [], browserRefuses: false },
    },
    {
      name: 'the headers that are not of a fixed list',
      profile: fixed,
      request: preflight('https://a.com', 'GET', 'content-type,x-a'),
      leftOut: { methods: [], headers: ['x-a'], browserRefuses: true },
    },
    {
      name: 'nothing of a refusal',
      profile: fixed,
      request: preflight('https://a.com', 'PATCH', 'x-a'),
      leftOut: everything,
    },
  ];

  it.each(left)('says that the answer leaves out $name', ({ profile, request, leftOut }) => {
    const { rules } = policy;
    const compiled = compile({ rules: rules.slice(2, 3) }, profile);
    expect(explainPreflight(compiled, request).leftOut).toEqual(leftOut);
  });
});

describe('nearest, where a browser spells the origin otherwise', () => {
  const compiled = compile({ rules: [rule('https://a.com', 'GET')] }, exampleProfile);
  const spellings = [
    'https://a.com/',
    'HTTPS://a.com',
    'https://A.com',
    'https://a.com:443',
    'https://a.com/x',
  ];

  it.each(spellings)('says that what is sent is let in, of %s', origin => {
    const obstacles = [{ kind: 'origin-spelling', sent: 'https://a.com' }];
    const expected = { kind: 'impossible', rule: 0, obstacles };
    expect(explainPreflight(compiled, preflight(origin, 'GET')).nearest).toEqual(expected);
    expect(explainActual(compiled, { origin, method: 'GET' }).nearest).toEqual(expected);
  });

  it.each([
    { name: 'an origin', origin: 'https://b.com/', method: 'GET', edit: ['add-origin', 'https://b.com'] },
    { name: 'a method', origin: 'https://a.com/', method: 'PUT', edit: ['add-method', 'PUT'] },
  ])('lets in what is sent: $name', ({ origin, method, edit: [kind, value] }) => {
    const expected = { kind: 'edits', rule: 0, edits: [{ kind, value }] };
    expect(explainPreflight(compiled, preflight(origin, method)).nearest).toMatchObject(expected);
    expect(explainActual(compiled, { origin, method }).nearest).toMatchObject(expected);
  });

  it('heeds the rule that refuses what is sent', () => {
    const refusing = compile({ rules: [rule('https://a.com', 'GET', 'x-a')] }, unlisted('refuse'));
    const expected = explainPreflight(refusing, preflight('https://a.com', 'GET', 'x-b')).nearest;
    expect(expected).toMatchObject({ kind: 'edits', edits: [{ kind: 'add-header', value: 'x-b' }] });
    expect(explainPreflight(refusing, preflight('https://a.com/', 'GET', 'x-b')).nearest).toEqual(expected);
  });

  it('takes an origin as it is that no page can have', () => {
    const { nearest } = explainPreflight(compiled, preflight('b.com', 'GET'));
    expect(nearest).toMatchObject({ kind: 'edits', edits: [{ kind: 'add-origin', value: 'b.com' }] });
  });
});

describe('explainActual', () => {
  it('looks at origin and method only', () => {
    const compiled = compile(policy, unlisted('refuse'));
    const request = { origin: 'https://a.com', method: 'PUT' };
    const { decision, rules } = explainActual(compiled, request);
    expect(decision).toStrictEqual(decideActual(compiled, request));
    expect(outcomes(rules)).toEqual([
      'origin-not-allowed',
      'method-not-allowed',
      'chosen',
      'not-reached',
      'not-reached',
    ]);
    expect(rules.flatMap(({ headers }) => headers)).toEqual([]);
  });

  it('tells which rule answers a request without origin, where one does', () => {
    const answered: Profile = {
      ...exampleProfile,
      actual: { ...exampleProfile.actual, answeredWithoutOrigin: ['GET'] },
    };
    const request = { origin: undefined, method: 'GET' };
    const { rules } = explainActual(compile(policy, answered), request);
    expect(outcomes(rules)).toEqual([
      'origin-not-allowed',
      'origin-not-allowed',
      'origin-not-allowed',
      'chosen',
      'not-reached',
    ]);
    expect(rules[3]?.origin).toEqual({ value: '*', match: { kind: 'any', index: 0, text: '*' } });
    expect(explainActual(compile(policy, exampleProfile), request).rules).toEqual([]);
    const without = explainActual(compile({ rules: policy.rules.slice(0, 3) }, answered), request);
    expect(outcomes(without.rules)).toEqual(Array(3).fill('origin-not-allowed'));
  });
});
