import { describe, expect, it } from 'vitest';
import type { Entries } from '../src/candidate-change.ts';
import { compile } from '../src/compile.ts';
import { rulesForOrigin } from '../src/matching-rules.ts';
import type { Rule } from '../src/policy.ts';
import type { Profile } from '../src/profile.ts';
import { takesOver } from '../src/take-over.ts';
import { exampleProfile } from './example-profile.ts';

const nextRule: Profile = { ...exampleProfile, methods: { ...exampleProfile.methods, any: true } };
const refusing: Profile = { ...nextRule, headers: { ...nextRule.headers, unlisted: 'refuse' } };
const host: Profile = { ...nextRule, origins: { any: false, wildcard: 'host', compare: 'url' } };

/** `origins | methods | headers` */
function lists(text: string): Entries {
  const [allowedOrigins = [], allowedMethods = [], allowedHeaders = []] = text
    .split('|')
    .map(list => list.split(' ').filter(entry => entry !== ''));
  return { allowedOrigins, allowedMethods, allowedHeaders };
}

describe('takesOver', () => {
  const cases: readonly {
    readonly name: string;
    readonly profile?: Profile;
    readonly rule: string;
    readonly added: string;
    readonly later: string;
    readonly expected: boolean;
  }[] = [
    { name: 'an origin of a later rule', rule: 'b|GET', added: 'a||', later: 'a|PUT GET', expected: true },
    { name: 'an origin for other methods', rule: 'b|GET', added: 'a||', later: 'a|PUT', expected: false },
    { name: 'an origin for any method', rule: 'b|*', added: 'a||', later: 'a|PUT', expected: true },
    { name: 'an origin of any method', rule: 'b|GET', added: 'a||', later: 'a|*', expected: true },
    { name: 'an origin with its method', rule: 'b|GET', added: 'a|PUT|', later: 'a|PUT', expected: true },
    { name: 'an origin of no later rule', rule: 'b|GET', added: 'a||', later: 'b|GET', expected: false },
    { name: 'a method of a later rule', rule: 'b a|GET', added: '|PUT|', later: 'a|PUT', expected: true },
    { name: 'a method for other origins', rule: 'b|GET', added: '|PUT|', later: 'a|PUT', expected: false },
    { name: 'a method for any origin', rule: '*|GET', added: '|PUT|', later: 'a|PUT', expected: true },
    { name: 'a method of any origin', rule: 'b*|GET', added: '|PUT|', later: '*|PUT', expected: true },
    {
      name: 'a method of any origin beside a name',
      rule: 'b|GET',
      added: '|PUT|',
      later: '*|PUT',
      expected: true,
    },
    { name: 'a method for a wildcard', rule: 'b*|GET', added: '|PUT|', later: 'c ba|PUT', expected: true },
    { name: 'a method beside a wildcard', rule: 'b*|GET', added: '|PUT|', later: 'ab|PUT', expected: false },
    { name: 'a method of a wildcard', rule: 'ba|GET', added: '|PUT|', later: '*a|PUT', expected: true },
    {
      name: 'a method of wildcards that meet',
      rule: 'b*|GET',
      added: '|PUT|',
      later: '*a|PUT',
      expected: true,
    },
    {
      name: 'a method of prefixes that meet',
      rule: 'b*|GET',
      added: '|PUT|',
      later: 'ba*|PUT',
      expected: true,
    },
    {
      name: 'a method of prefixes apart',
      rule: 'bb*|GET',
      added: '|PUT|',
      later: 'ba*|PUT',
      expected: false,
    },
    { name: 'a method of suffixes apart', rule: '*b|GET', added: '|PUT|', later: '*a|PUT', expected: false },
    {
      name: 'a method of hosts that meet',
      profile: host,
      rule: 'http://*.a.com|GET',
      added: '|PUT|',
      later: 'http://*.b.a.com|PUT',
      expected: true,
    },
    {
      name: 'a method of hosts between which there is more than a host',
      profile: host,
      rule: 'http://a*|GET',
      added: '|PUT|',
      later: 'http://*b:8080|PUT',
      expected: false,
    },
    { name: 'a header of a later rule', rule: 'a|GET', added: '||x', later: 'a|GET|x*', expected: true },
    { name: 'a header of another method', rule: 'a|GET', added: '||x', later: 'a|PUT|x', expected: false },
    { name: 'a header of another origin', rule: 'a|GET', added: '||x', later: 'b|GET|x', expected: false },
    { name: 'a header of no later rule', rule: 'a|GET', added: '||x', later: 'a|GET|y', expected: false },
    {
      name: 'a header where headers do not choose the rule',
      profile: refusing,
      rule: 'a|GET',
      added: '||x',
      later: 'a|GET|x',
      expected: false,
    },
  ];

  it.each(cases)('is $expected for $name', ({ profile, rule, added, later, expected }) => {
    const rules = [later, rule, later].map((text): Rule => ({ ...lists(text), exposeHeaders: [] }));
    const compiled = compile({ rules }, profile ?? nextRule);
    const entries = lists(added);
    const [origin = 'a'] = entries.allowedOrigins;
    const byOrigin = rulesForOrigin(compiled, origin);
    expect(takesOver(compiled, 1, entries, byOrigin)).toBe(expected);
    const withoutLater = compile({ rules: rules.slice(0, 2) }, profile ?? nextRule);
    expect(takesOver(withoutLater, 1, entries, rulesForOrigin(withoutLater, origin))).toBe(false);
  });
});
