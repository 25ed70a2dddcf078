import type { Profile } from '../src/profile.ts';

/** The loosest service there is, for tests that change one convention at a time. */
export const exampleProfile: Profile = {
  dialect: 'example',
  origins: { any: true, wildcard: 'anywhere', compare: 'text' },
  methods: { known: ['GET', 'PUT'], any: false, requested: 'one' },
  headers: { wildcard: 'anywhere', unlisted: 'next-rule' },
  preflight: {
    status: 200,
    refused: { status: 403 },
    incomplete: { status: 400 },
    unknownTenant: 'as-no-rules',
  },
  actual: { answeredWithoutOrigin: [], vary: 'origin-matters', varyMethods: [] },
  answers: {
    preflight: [
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
    ],
    actual: ['Access-Control-Allow-Origin'],
    allowOrigin: 'any-or-echo',
    allowMethods: { kind: 'rule', separator: ',' },
    allowHeaders: { kind: 'rule' },
    exposeHeaders: { kind: 'rule' },
    maxAge: { kind: 'rule' },
  },
  limits: { rules: { min: 0 }, maxAgeSeconds: { max: 86_400, required: false } },
  fields: ['id', 'allowedHeaders', 'exposeHeaders', 'maxAgeSeconds', 'vary'],
};
