import {
  type ConvertedPolicy,
  type ConvertOptions,
  convertPolicy,
  formatPath,
  type Policy,
  type Profile,
} from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly from: Profile;
  readonly to: Profile;
  readonly options?: ConvertOptions;
  readonly policy: Policy;
  readonly converted: Policy;
  /** `path code`, with an example after it. */
  readonly losses: readonly string[];
  readonly access: ConvertedPolicy['comparison']['access'];
}

const plain = { allowedHeaders: [], exposeHeaders: [] };
const A = 'https://a.com';

const cases: readonly Case[] = [
  {
    name: 'one rule into one for each origin',
    from: cosProfile,
    to: qingstorProfile,
    policy: {
      rules: [
        {
          id: 'r',
          allowedOrigins: [A, 'https://*.b.com'],
          allowedMethods: ['GET'],
          allowedHeaders: ['x-*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 60,
        },
      ],
      vary: true,
    },
    converted: {
      rules: [
        {
          allowedOrigins: [A],
          allowedMethods: ['GET'],
          allowedHeaders: ['x-*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 60,
        },
        {
          allowedOrigins: ['https://*.b.com'],
          allowedMethods: ['GET'],
          allowedHeaders: ['x-*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 60,
        },
      ],
      vary: true,
    },
    losses: ['rules[0].id field-not-supported'],
    access: 'equivalent',
  },
  {
    name: 'rules that are alike into one, when there are too many',
    from: qingstorProfile,
    to: azureTablesProfile,
    policy: {
      rules: [1, 2, 3, 4, 5, 6].map(i => ({
        ...plain,
        allowedOrigins: [`https://${i}.a.com`],
        allowedMethods: ['GET'],
        maxAgeSeconds: 0,
      })),
    },
    converted: {
      rules: [
        {
          ...plain,
          allowedOrigins: [1, 2, 3, 4, 5, 6].map(i => `https://${i}.a.com`),
          allowedMethods: ['GET'],
          maxAgeSeconds: 0,
        },
      ],
    },
    losses: [],
    access: 'equivalent',
  },
  {
    name: 'no rule for any origin into one that names origins',
    from: qingstorProfile,
    to: azureTablesProfile,
    policy: {
      rules: ['1', '2', '3', '4', '5', '*'].map(host => ({
        ...plain,
        allowedOrigins: [host === '*' ? host : `https://${host}.a.com`],
        allowedMethods: ['GET'],
        maxAgeSeconds: 0,
      })),
    },
    converted: {
      rules: [
        {
          ...plain,
          allowedOrigins: [1, 2, 3, 4, 5].map(i => `https://${i}.a.com`),
          allowedMethods: ['GET'],
          maxAgeSeconds: 0,
        },
        { ...plain, allowedOrigins: ['*'], allowedMethods: ['GET'], maxAgeSeconds: 0 },
      ],
    },
    losses: [],
    access: 'equivalent',
  },
  {
    name: 'origins and headers that the service cannot say, and an age that it wants',
    from: cosProfile,
    to: azureTablesProfile,
    policy: {
      rules: [
        {
          allowedOrigins: ['https://a*', A],
          allowedMethods: ['GET'],
          allowedHeaders: ['x-a', '*-b'],
          exposeHeaders: ['x-*'],
        },
      ],
    },
    converted: {
      rules: [
        {
          allowedOrigins: ['https://a', A],
          allowedMethods: ['GET'],
          allowedHeaders: ['x-a'],
          exposeHeaders: [],
          maxAgeSeconds: 5,
        },
      ],
    },
    losses: [
      'rules[0].allowedOrigins[0] origin-narrowed https://aa',
      'rules[0].allowedHeaders[1] header-not-expressible',
      'rules[0].maxAgeSeconds max-age-changed',
      'rules[0].exposeHeaders[0] header-not-expressible',
    ],
    access: 'narrower',
  },
  {
    name: 'a wildcard that would let in the domain itself',
    from: boomiProfile,
    to: cosProfile,
    policy: {
      rules: [
        { ...plain, allowedOrigins: ['https://*a.com', 'HTTPS://*.B.com:443'], allowedMethods: ['GET'] },
      ],
    },
    converted: {
      rules: [
        {
          allowedOrigins: ['https://*.b.com'],
          allowedMethods: ['GET'],
          allowedHeaders: [
            'cache-control',
            'content-type',
            'expires',
            'last-modified',
            'accept',
            'content-language',
            'authorization',
            'pragma',
          ],
          exposeHeaders: [],
          maxAgeSeconds: 3600,
        },
      ],
    },
    losses: ['rules[0].allowedOrigins[0] origin-would-widen https://a.com'],
    // Only by origins that no browser sends, such as `https://.b.com`.
    access: 'incomparable',
  },
  {
    name: 'a later rule that an earlier one kept from allowing a header',
    from: azureTablesProfile,
    to: cosProfile,
    policy: {
      rules: [
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET', 'MERGE'], maxAgeSeconds: 1 },
        {
          allowedOrigins: ['*'],
          allowedMethods: ['GET', 'PUT'],
          allowedHeaders: ['x-*'],
          exposeHeaders: [],
          maxAgeSeconds: 1,
        },
      ],
    },
    converted: {
      rules: [
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'], maxAgeSeconds: 1 },
        { ...plain, allowedOrigins: ['*'], allowedMethods: ['GET'], maxAgeSeconds: 1 },
        {
          allowedOrigins: ['*'],
          allowedMethods: ['PUT'],
          allowedHeaders: ['x-*'],
          exposeHeaders: [],
          maxAgeSeconds: 1,
        },
      ],
    },
    losses: ['rules[0].allowedMethods[1] method-not-supported', 'rules[1].allowedHeaders headers-restricted'],
    access: 'narrower',
  },
  {
    name: 'a rule that allows more after one that would now decide for it',
    from: cosProfile,
    to: qingstorProfile,
    policy: {
      rules: [
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'] },
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'], allowedHeaders: ['x-a'] },
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'], allowedHeaders: ['x-b'] },
      ],
    },
    converted: {
      rules: [
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'], allowedHeaders: ['x-a'] },
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'], allowedHeaders: ['x-b'] },
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET'] },
      ],
    },
    losses: ['rules[1] rule-moved', 'rules[2] rule-moved', 'rules[2] rule-covered'],
    access: 'narrower',
  },
  {
    name: 'a rule that allows fewer headers than the fixed list',
    from: cosProfile,
    to: boomiProfile,
    policy: {
      rules: [
        { ...plain, allowedOrigins: [A], allowedMethods: ['GET', 'HEAD'], allowedHeaders: ['x-a'] },
        { ...plain, allowedOrigins: ['https://b.com'], allowedMethods: ['GET'], allowedHeaders: ['*'] },
      ],
    },
    converted: { rules: [{ ...plain, allowedOrigins: ['https://b.com'], allowedMethods: ['GET'] }] },
    losses: [
      'rules[0].allowedMethods[1] method-not-supported',
      'rules[0].allowedHeaders headers-fixed',
      'rules[0].allowedHeaders headers-would-widen',
      'rules[0] rule-left-out',
      'rules[1].allowedHeaders headers-fixed',
      'rules[1].maxAgeSeconds max-age-changed',
    ],
    access: 'narrower',
  },
  {
    name: 'the same, when it may be wider',
    from: cosProfile,
    to: boomiProfile,
    options: { inexpressible: 'widen' },
    policy: { rules: [{ ...plain, allowedOrigins: [A], allowedMethods: ['GET'], allowedHeaders: ['x-a'] }] },
    converted: { rules: [{ ...plain, allowedOrigins: [A], allowedMethods: ['GET'] }] },
    losses: [
      'rules[0].allowedHeaders headers-fixed',
      'rules[0].allowedHeaders headers-would-widen',
      'rules[0].maxAgeSeconds max-age-changed',
    ],
    access: 'incomparable',
  },
  {
    name: 'every method, as a list',
    from: qingstorProfile,
    to: cosProfile,
    policy: { rules: [{ ...plain, allowedOrigins: ['*'], allowedMethods: ['*'] }] },
    converted: {
      rules: [{ ...plain, allowedOrigins: ['*'], allowedMethods: ['PUT', 'GET', 'POST', 'DELETE', 'HEAD'] }],
    },
    losses: ['rules[0].allowedMethods[0] methods-listed'],
    access: 'narrower',
  },
];

describe('convertPolicy', () => {
  it.each(cases)('carries over $name', ({ from, to, options, policy, ...expected }) => {
    const result = convertPolicy(policy, from, to, options);
    if (result.kind !== 'converted') throw new Error(result.code);
    expect({
      converted: result.policy,
      losses: result.losses.map(({ path, code, example }) =>
        [formatPath(path), code, example].filter(Boolean).join(' '),
      ),
      access: result.comparison.access,
    }).toEqual({ converted: expected.converted, losses: expected.losses, access: expected.access });
    expect(result.diagnostics).toEqual([]);
  });

  it('says what keeps the service from taking a policy of which nothing is left', () => {
    const policy = { rules: [{ ...plain, allowedOrigins: [A], allowedMethods: ['MERGE'] }] };
    const result = convertPolicy(policy, azureTablesProfile, cosProfile);
    expect(result).toMatchObject({
      kind: 'converted',
      policy: { rules: [] },
      diagnostics: [{ code: 'rules-missing' }],
    });
  });
});
