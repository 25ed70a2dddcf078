import { compile, type Policy, type Profile, type Rule, redundantEntries, ruleUses } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { azureTablesProfile, boomiProfile, cosProfile } from '../src/index.ts';

function rule(
  origins: readonly string[],
  methods: readonly string[],
  headers: readonly string[] = [],
  more: Partial<Rule> = {},
): Rule {
  return {
    allowedOrigins: origins,
    allowedMethods: methods,
    allowedHeaders: headers,
    exposeHeaders: [],
    ...more,
  };
}

interface Case {
  readonly name: string;
  readonly profile: Profile;
  readonly rules: readonly Rule[];
  /** For each rule, in words. */
  readonly uses: readonly string[];
}

const A = 'https://a.com';

const cases: readonly Case[] = [
  {
    name: 'a rule for less than one before it',
    profile: cosProfile,
    rules: [rule(['https://*'], ['GET', 'PUT'], ['*']), rule([A], ['PUT'], ['x-a'])],
    uses: ['decides', 'shadowed by 0, redundant'],
  },
  {
    name: 'a rule that several before it are for together',
    profile: cosProfile,
    rules: [rule([A], ['GET']), rule([A], ['PUT']), rule([A], ['GET', 'PUT'])],
    uses: ['decides, redundant', 'decides, redundant', 'shadowed by 0,1, redundant'],
  },
  {
    name: 'a rule that a later one repeats',
    profile: cosProfile,
    rules: [rule([A], ['GET']), rule(['https://*.com'], ['GET'])],
    uses: ['decides, redundant', 'decides'],
  },
  {
    name: 'a rule for more headers, passed on to in one service',
    profile: cosProfile,
    rules: [rule([A], ['GET']), rule([A], ['GET'], ['x-a'], { maxAgeSeconds: 1 })],
    uses: ['decides', 'decides, 0 differs in preflight Access-Control-Max-Age'],
  },
  {
    name: 'actual requests by the first rule, not by the one before',
    profile: cosProfile,
    rules: [
      rule([A], ['GET'], [], { exposeHeaders: ['x-e'] }),
      rule([A], ['GET'], ['x-a']),
      rule([A], ['GET'], ['x-a', 'x-b'], { exposeHeaders: ['X-E'] }),
    ],
    uses: ['decides', 'decides, 0 differs in actual Access-Control-Expose-Headers, redundant', 'decides'],
  },
  {
    name: 'a rule that a later one does for, whatever stands before and after',
    profile: cosProfile,
    rules: [
      rule([A], ['GET'], ['x-a'], { maxAgeSeconds: 1 }),
      rule([A], ['GET'], ['x-b'], { maxAgeSeconds: 2 }),
      rule([A], ['GET'], ['x-b'], { maxAgeSeconds: 2 }),
      rule([A], ['GET'], ['x-b', 'x-c'], { maxAgeSeconds: 3 }),
    ],
    uses: [
      'decides',
      'decides, 0 differs in preflight Access-Control-Max-Age, redundant',
      'shadowed by 1, 0 differs in preflight Access-Control-Max-Age, redundant',
      'decides, 0 differs in preflight Access-Control-Max-Age',
    ],
  },
  {
    name: 'a first rule after which the next would answer otherwise',
    profile: azureTablesProfile,
    rules: [
      rule([A], ['GET'], ['x-a'], { maxAgeSeconds: 1 }),
      rule(['https://*.com', A], ['GET'], ['x-a'], { maxAgeSeconds: 2 }),
    ],
    uses: ['decides', 'decides, 0 differs in preflight Access-Control-Max-Age'],
  },
  {
    name: 'the same in a service where the first rule refuses',
    profile: azureTablesProfile,
    rules: [rule([A], ['GET']), rule([A], ['GET'], ['x-a'], { maxAgeSeconds: 1 })],
    uses: [
      'decides',
      'shadowed by 0, 0 differs in preflight access, 0 differs in preflight Access-Control-Max-Age, redundant',
    ],
  },
];

describe('ruleUses', () => {
  it.each(cases)('tells $name', ({ profile, rules, uses }) => {
    const result = ruleUses(compile({ rules }, profile));
    if (result.kind !== 'rules') throw new Error(result.code);
    const words = result.rules.map(({ decides, shadowedBy, conflicts, redundant }) =>
      [
        ...(decides ? ['decides'] : [`shadowed by ${shadowedBy.join()}`]),
        ...conflicts.map(({ by, request, differs }) => `${by} differs in ${request} ${differs}`),
        ...(redundant ? ['redundant'] : []),
      ].join(', '),
    );
    expect(words).toEqual(uses);
  });
});

describe('redundantEntries', () => {
  const labels = [...'abcdefghijklmnopqrstuvwxyz0123456789_-'];
  const entries: readonly {
    readonly name: string;
    readonly policy: Policy;
    readonly profile: Profile;
    readonly told: readonly string[];
  }[] = [
    {
      name: 'what is written twice, in another case too where that does not matter',
      profile: cosProfile,
      policy: {
        rules: [
          rule([A, A, 'https://A.com'], ['GET', 'GET'], ['x-a', 'X-A'], { exposeHeaders: ['ETag', 'etag'] }),
        ],
      },
      told: [
        'allowedOrigins 1 by 0',
        'allowedMethods 1 by 0',
        'allowedHeaders 1 by 0',
        'exposeHeaders 1 by 0',
      ],
    },
    {
      name: 'what a wildcard stands for',
      profile: cosProfile,
      policy: { rules: [rule([A, '*', 'https://*'], ['GET'], ['x-ab', 'x-a*', 'x-*'])] },
      told: [
        'allowedOrigins 0 by 1',
        'allowedOrigins 2 by 1',
        'allowedHeaders 0 by 2',
        'allowedHeaders 1 by 2',
      ],
    },
    {
      name: 'no exposed name that is sent whether or not the response has it',
      profile: azureTablesProfile,
      policy: {
        rules: [rule(['*'], ['GET'], [], { exposeHeaders: ['x-a', 'x-*', 'x-ms-*', 'date', 'd*'] })],
      },
      told: ['exposeHeaders 2 by 1', 'exposeHeaders 3 by 4'],
    },
    {
      name: 'a wildcard that others cover together',
      profile: boomiProfile,
      policy: {
        rules: [
          rule(
            [
              'https://*.a.com',
              ...labels.flatMap(label => [`https://${label}.a.com`, `https://*${label}.a.com`]),
            ],
            ['GET'],
          ),
        ],
      },
      told: labels.flatMap((_, i) => [
        `allowedOrigins ${2 * i + 1} by 0`,
        `allowedOrigins ${2 * i + 2} by 0`,
      ]),
    },
    {
      name: 'the same the other way round',
      profile: boomiProfile,
      policy: {
        rules: [
          rule(
            [
              ...labels.flatMap(label => [`https://${label}.a.com`, `https://*${label}.a.com`]),
              'https://*.a.com',
            ],
            ['GET'],
          ),
        ],
      },
      told: [`allowedOrigins ${2 * labels.length} by ${labels.flatMap((_, i) => [2 * i, 2 * i + 1]).join()}`],
    },
  ];

  it.each(entries)('tells $name', ({ profile, policy, told }) => {
    const result = redundantEntries(compile(policy, profile));
    if (result.kind !== 'entries') throw new Error(result.code);
    expect(
      result.entries.map(({ path, coveredBy }) => `${path.slice(2).join(' ')} by ${coveredBy.join()}`),
    ).toEqual(told);
  });
});
