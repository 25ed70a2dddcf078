import {
  applyEdits,
  compile,
  decidePreflight,
  explainActual,
  explainPreflight,
  formatDiagnostic,
  formatPath,
  type NearestChange,
  type Obstacle,
  type Policy,
  type PolicyEdit,
  type PreflightRequest,
  type Profile,
  type Rule,
  validate,
} from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } from '../src/index.ts';
import { qingstorFilterProfile } from '../src/qingstor/profile.ts';
import { preflight, rule } from './decide-cases.ts';

/** `rules[0].allowedMethods + PUT`; a new rule as its three lists. */
function edited({ path, value }: PolicyEdit): string {
  const added = typeof value === 'string' ? value : inShort(value);
  return `${formatPath(path)} + ${added}`;
}

function inShort({ allowedOrigins, allowedMethods, allowedHeaders }: Rule): string {
  return [allowedOrigins, allowedMethods, allowedHeaders].map(list => list.join(' ')).join(' | ');
}

function obstacle(each: Obstacle): string {
  switch (each.kind) {
    case 'not-sent':
      return `no ${each.what}`;
    case 'origin-spelling':
      return `${each.sent} is let in`;
    case 'read-as-wildcard':
      return `${formatPath(each.path)}: ${each.value} is a wildcard`;
    case 'not-taken':
      return formatDiagnostic(each.diagnostic);
    default:
      return each satisfies never;
  }
}

function told(change: NearestChange | undefined): readonly string[] {
  if (!change) return ['nothing'];
  if (change.kind === 'impossible')
    return [`impossible, rule ${change.rule}`, ...change.obstacles.map(obstacle)];
  return [`rule ${change.rule}${change.takesOver ? ', takes over' : ''}`, ...change.edits.map(edited)];
}

const FIVE = { maxAgeSeconds: 5 };

function azureRule(origins: string, methods: string, headers = ''): Rule {
  return rule(origins, methods, { allowedHeaders: headers.split(' ').filter(name => name !== ''), ...FIVE });
}

function names(count: number): string {
  return Array.from({ length: count }, (_, index) => `x-${index}`).join(' ');
}

const two: Policy = {
  rules: [
    rule('https://a.com', 'GET HEAD', { allowedHeaders: ['x-a'] }),
    rule('https://b.com https://c.com', 'PUT', { allowedHeaders: ['x-b'] }),
  ],
};

interface NearestCase {
  readonly name: string;
  readonly profile: Profile;
  readonly policy: Policy;
  readonly request: PreflightRequest;
  readonly expected: readonly string[];
}

const offers: readonly NearestCase[] = [
  {
    name: 'the method to the rule of the origin',
    profile: cosProfile,
    policy: two,
    request: preflight('https://a.com', 'PUT'),
    expected: ['rule 0', 'rules[0].allowedMethods + PUT'],
  },
  {
    name: 'the origin to the first rule that lacks only that',
    profile: cosProfile,
    policy: two,
    request: preflight('https://d.com', 'PUT', 'x-b'),
    expected: ['rule 1', 'rules[1].allowedOrigins + https://d.com'],
  },
  {
    name: 'the origin as sent, though a wildcard nearly matches',
    profile: cosProfile,
    policy: { rules: [rule('https://*.a.com', 'GET')] },
    request: preflight('https://a.com', 'GET'),
    expected: ['rule 0', 'rules[0].allowedOrigins + https://a.com'],
  },
  {
    name: 'each header that is missing, once',
    profile: cosProfile,
    policy: two,
    request: preflight('https://b.com', 'PUT', 'x-b, X-C, x-c, x-d'),
    expected: ['rule 1', 'rules[1].allowedHeaders + X-C', 'rules[1].allowedHeaders + x-d'],
  },
  {
    name: 'one header to a later rule rather than two, one of them its own, to an earlier one',
    profile: cosProfile,
    policy: {
      rules: [rule('https://a.com', 'PUT'), rule('https://a.com', 'PUT', { allowedHeaders: ['x-a'] })],
    },
    request: preflight('https://a.com', 'PUT', 'x-a, x-b'),
    expected: ['rule 1', 'rules[1].allowedHeaders + x-b'],
  },
  {
    name: 'one origin to a later rule rather than two headers to an earlier one',
    profile: cosProfile,
    policy: {
      rules: [rule('https://a.com', 'PUT'), rule('https://b.com', 'PUT', { allowedHeaders: ['x-*'] })],
    },
    request: preflight('https://a.com', 'PUT', 'x-a, x-b'),
    expected: ['rule 1', 'rules[1].allowedOrigins + https://a.com'],
  },
  {
    name: 'a new rule where two lists of a rule would change',
    profile: cosProfile,
    policy: two,
    request: preflight('https://d.com', 'DELETE', 'x-a'),
    expected: ['rule 0', 'rules[2] + https://d.com | DELETE | x-a'],
  },
  {
    name: 'a first rule',
    profile: cosProfile,
    policy: { rules: [] },
    request: preflight('https://a.com', 'GET', 'x-a'),
    expected: ['rule undefined', 'rules[0] + https://a.com | GET | x-a'],
  },
  {
    name: 'two lists of one rule where there cannot be another rule',
    profile: cosProfile,
    policy: { rules: Array.from({ length: 100 }, () => rule('https://a.com', 'GET')) },
    request: preflight('https://b.com', 'PUT'),
    expected: ['rule 0', 'rules[0].allowedOrigins + https://b.com', 'rules[0].allowedMethods + PUT'],
  },
  {
    name: 'no change of a rule that would take requests from another',
    profile: cosProfile,
    policy: { rules: [rule('*', 'GET'), rule('https://a.com', 'PUT')] },
    request: preflight('https://b.com', 'PUT'),
    expected: ['rule 1', 'rules[1].allowedOrigins + https://b.com'],
  },
  {
    name: 'a rule of its own, as the service has one origin in each',
    profile: qingstorProfile,
    policy: { rules: [rule('https://a.com', 'GET')] },
    request: preflight('https://b.com', 'GET', 'x-a'),
    expected: ['rule 0', 'rules[1] + https://b.com | GET | x-a'],
  },
  {
    name: 'one method of a list, as one is enough',
    profile: qingstorProfile,
    policy: { rules: [rule('https://a.com', 'GET')] },
    request: preflight('https://a.com', 'PATCH, PUT, DELETE'),
    expected: ['rule 0', 'rules[0].allowedMethods + PUT'],
  },
  {
    name: 'a rule with the headers that would be filtered, but for those that are none',
    profile: qingstorFilterProfile,
    policy: { rules: [] },
    request: preflight('https://a.com', 'PUT', 'x-a, x a, x-*, X-A'),
    expected: ['rule undefined', 'rules[0] + https://a.com | PUT | x-a'],
  },
  {
    name: 'a header to the rule that refused',
    profile: azureTablesProfile,
    policy: { rules: [azureRule('https://a.com', 'PUT', 'x-a'), azureRule('https://a.com', 'GET', 'x-b')] },
    request: preflight('https://a.com', 'PUT', 'x-a,x-b,x-c'),
    expected: ['rule 0', 'rules[0].allowedHeaders + x-b', 'rules[0].allowedHeaders + x-c'],
  },
  {
    name: 'a rule in front of the one that refused, where a later one would allow the request',
    profile: azureTablesProfile,
    policy: {
      rules: [
        azureRule('https://b.com', 'GET'),
        azureRule('*', 'PUT', 'x-a'),
        azureRule('https://a.com', 'PUT', 'x-*'),
      ],
    },
    request: preflight('https://a.com', 'PUT', 'x-b'),
    expected: ['rule 1', 'rules[1] + https://a.com | PUT | x-a x-b'],
  },
  {
    name: 'a rule in front with the requested headers alone, where the refusing rule is full',
    profile: azureTablesProfile,
    policy: { rules: [azureRule('https://a.com', 'PUT', names(64))] },
    request: preflight('https://a.com', 'PUT', 'x-0, y'),
    expected: ['rule 0, takes over', 'rules[0] + https://a.com | PUT | x-0 y'],
  },
  {
    name: 'a rule at the end, where an origin in an earlier one would be refused what it now may',
    profile: azureTablesProfile,
    policy: { rules: [azureRule('https://b.com', 'GET PUT'), azureRule('https://*.a.com', 'PUT', 'x-a')] },
    request: preflight('https://b.a.com', 'GET', 'x-b'),
    expected: ['rule 0', 'rules[2] + https://b.a.com | GET | x-b'],
  },
  {
    name: 'no method to a rule of which a wildcard meets one of a later rule for the method',
    profile: cosProfile,
    policy: { rules: [rule('https://*.a.com', 'GET'), rule('https://b.*', 'PUT')] },
    request: preflight('https://c.a.com', 'PUT'),
    expected: ['rule 1', 'rules[1].allowedOrigins + https://c.a.com'],
  },
  {
    name: 'the method to a rule of which no origin is one of a later rule',
    profile: cosProfile,
    policy: { rules: [rule('https://*.a.com', 'GET'), rule('https://*.b.com https://a.com', 'PUT')] },
    request: preflight('https://c.a.com', 'PUT'),
    expected: ['rule 0', 'rules[0].allowedMethods + PUT'],
  },
  {
    name: 'what takes requests from a later rule, where there is nothing else',
    profile: azureTablesProfile,
    policy: {
      rules: [
        azureRule('https://a.com https://b.com', 'GET', '*'),
        ...Array.from({ length: 4 }, () => azureRule(`https://a.com ${names(63)}`, 'PUT', 'x-a')),
      ],
    },
    request: preflight('https://b.com', 'PUT', 'x-b'),
    expected: ['rule 0, takes over', 'rules[0].allowedMethods + PUT'],
  },
  {
    name: 'the origin as browsers send it, also where the service reads forms alike',
    profile: boomiProfile,
    policy: { rules: [rule('https://a.com', 'GET')] },
    request: preflight('HTTPS://B.com:443', 'GET', 'x-a'),
    expected: ['rule 0', 'rules[0].allowedOrigins + https://b.com'],
  },
];

const impossible: readonly NearestCase[] = [
  {
    name: 'more characters than the service takes of all rules together',
    profile: azureTablesProfile,
    policy: {
      rules: ['a', 'b'].map(letter =>
        azureRule(
          Array(4)
            .fill(`https://${letter.repeat(240)}.com`)
            .join(' '),
          'GET',
        ),
      ),
    },
    request: preflight(`https://${'c'.repeat(240)}.com`, 'GET', undefined),
    expected: [
      'impossible, rule 0',
      'rules: the rules have 2283 characters together, the service takes 2048; merge rules, or use wildcards in place of long lists',
      'rules: the rules have 2286 characters together, the service takes 2048; merge rules, or use wildcards in place of long lists',
    ],
  },
  {
    name: 'a method that the service does not know',
    profile: boomiProfile,
    policy: { rules: [rule('https://a.com', 'GET')] },
    request: preflight('https://a.com', 'PUT'),
    expected: [
      'impossible, rule 0',
      'rules[0].allowedMethods[1]: the service does not take the method `PUT`; known, in capitals: GET, POST, DELETE',
      'rules[1].allowedMethods[0]: the service does not take the method `PUT`; known, in capitals: GET, POST, DELETE',
    ],
  },
  {
    name: 'a preflight without origin',
    profile: cosProfile,
    policy: two,
    request: preflight(undefined, 'GET'),
    expected: ['impossible, rule undefined', 'no origin'],
  },
  {
    name: 'a preflight without method',
    profile: azureTablesProfile,
    policy: { rules: [] },
    request: preflight('https://a.com'),
    expected: ['impossible, rule undefined', 'no method'],
  },
  {
    name: 'a list of methods without a method',
    profile: qingstorProfile,
    policy: { rules: [rule('https://a.com', 'GET')] },
    request: preflight('https://a.com', ' , '),
    expected: ['impossible, rule undefined', 'no method'],
  },
  {
    name: 'two origins',
    profile: cosProfile,
    policy: { rules: [rule('*', 'GET')] },
    request: preflight('https://a.com, https://a.com', 'GET'),
    expected: [
      'impossible, rule 0',
      'rules[0].allowedOrigins[1]: the origin `https://a.com, https://a.com` has a character that no origin has; write visible ASCII without spaces or commas; international names in their `xn--` form',
      'rules[1].allowedOrigins[0]: the origin `https://a.com, https://a.com` has a character that no origin has; write visible ASCII without spaces or commas; international names in their `xn--` form',
    ],
  },
  {
    name: 'an opaque origin, where origins are URLs',
    profile: boomiProfile,
    policy: { rules: [] },
    request: preflight('null', 'GET'),
    expected: [
      'impossible, rule undefined',
      'rules[0].allowedOrigins[0]: the origin `null` is not of the form `http(s)://host[:port]`; write scheme, host and, when it is not the default, the port; no path, no trailing slash',
    ],
  },
  {
    name: 'an origin that would be read as a wildcard',
    profile: cosProfile,
    policy: { rules: [] },
    request: preflight('https://*.com', 'GET'),
    expected: ['impossible, rule undefined', 'rules[0].allowedOrigins: https://*.com is a wildcard'],
  },
  {
    name: 'a header that is none',
    profile: cosProfile,
    policy: { rules: [rule('https://a.com', 'GET', { allowedHeaders: ['*'] })] },
    request: preflight('https://a.com', 'GET', 'x a'),
    expected: [
      'impossible, rule 0',
      "rules[0].allowedHeaders[1]: `x a` is not a header name; use letters, digits and !#$%&'+-.^_`|~ only (RFC 9110, section 5.6.2)",
      "rules[1].allowedHeaders[0]: `x a` is not a header name; use letters, digits and !#$%&'+-.^_`|~ only (RFC 9110, section 5.6.2)",
    ],
  },
  {
    name: 'a header that is like another only beyond ASCII',
    profile: azureTablesProfile,
    policy: { rules: [] },
    request: preflight('https://a.com', 'GET', 'x-k, x-\u212a'),
    expected: [
      'impossible, rule undefined',
      "rules[0].allowedHeaders[1]: `x-\u212a` is not a header name; use letters, digits and !#$%&'+-.^_`|~ only (RFC 9110, section 5.6.2)",
    ],
  },
  {
    name: 'a rule too many and an origin too many',
    profile: azureTablesProfile,
    policy: { rules: Array.from({ length: 5 }, () => azureRule(names(64), 'GET')) },
    request: preflight('https://b.com', 'GET'),
    expected: [
      'impossible, rule 0',
      'rules[0].allowedOrigins: the rule names 65 origins, the service takes 64; use a wildcard, or a second rule',
      'rules: there are 6 rules, the service takes 5; merge rules that share methods and headers',
    ],
  },
];

describe('the nearest change', () => {
  it.each(offers)('adds $name ($profile.dialect)', ({ profile, policy, request, expected }) => {
    const { nearest } = explainPreflight(compile(policy, profile), request);
    expect(told(nearest)).toEqual(expected);
    const after = applyEdits(policy, nearest?.kind === 'edits' ? nearest.edits : []);
    expect(validate(after, profile)).toEqual([]);
    expect(decidePreflight(compile(after, profile), request).kind).toBe('allowed');
  });

  it.each(impossible)(
    'is impossible for $name ($profile.dialect)',
    ({ profile, policy, request, expected }) => {
      expect(told(explainPreflight(compile(policy, profile), request).nearest)).toEqual(expected);
    },
  );

  it('is that of origin and method for an actual request', () => {
    const actual = (profile: Profile, origin: string, method: string) =>
      explainActual(compile(two, profile), { origin, method });
    expect(told(actual(cosProfile, 'https://a.com', 'PUT').nearest)).toEqual([
      'rule 0',
      'rules[0].allowedMethods + PUT',
    ]);
    expect(told(actual(cosProfile, 'https://d.com', 'DELETE').nearest)).toEqual([
      'rule 0',
      'rules[2] + https://d.com | DELETE | ',
    ]);
  });

  it('is only of refusals', () => {
    const compiled = compile({ rules: [rule('https://a.com', 'GET')] }, boomiProfile);
    expect(explainPreflight(compiled, preflight('https://a.com', 'GET', 'x-b')).nearest).toBeUndefined();
    expect(explainPreflight(compiled, preflight(undefined, 'GET')).nearest).toBeUndefined();
    expect(explainActual(compiled, { origin: 'https://a.com', method: 'GET' }).nearest).toBeUndefined();
    expect(explainActual(compiled, { origin: undefined, method: 'GET' }).nearest).toBeUndefined();
  });
});
