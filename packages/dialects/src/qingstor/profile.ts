import type { Profile } from '@crossgate/core';

/**
 * QingStor. Sources: OPTIONS Object and PUT Bucket CORS of the API reference. What they leave open is decided in
 * docs/dialects/qingstor.md.
 */
export const qingstorProfile: Profile = {
  dialect: 'qingstor',
  origins: { any: true, wildcard: 'anywhere', compare: 'text' },
  methods: { known: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'], any: true, requested: 'list' },
  headers: { wildcard: 'anywhere', unlisted: 'refuse' },
  preflight: {
    status: 200,
    refused: { status: 200 },
    incomplete: { status: 400, code: 'invalid_argument' },
    unknownTenant: { status: 404, code: 'bucket_not_exists' },
  },
  actual: { answeredWithoutOrigin: [], vary: 'origin-matters', varyMethods: [] },
  answers: {
    preflight: [
      'Access-Control-Allow-Origin',
      'Access-Control-Max-Age',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
      'Access-Control-Expose-Headers',
    ],
    actual: ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'],
    allowOrigin: 'echo',
    allowMethods: { kind: 'requested', separator: ',' },
    allowHeaders: { kind: 'requested', form: 'as-sent' },
    exposeHeaders: { kind: 'rule' },
    maxAge: { kind: 'rule' },
  },
  limits: { rules: { min: 0 }, originsPerRule: 1, maxAgeSeconds: { max: 2_147_483_647, required: false } },
  fields: ['allowedHeaders', 'exposeHeaders', 'maxAgeSeconds', 'vary'],
  // qingstor-sdk in a browser, where it cannot set `Date`.
  browserClient: { requestHeaders: ['authorization', 'x-qs-date'], readAfterPut: [] },
};

/** The documentation's closing sentence, against its table: a requested header that no rule names is left out. */
export const qingstorFilterProfile: Profile = {
  ...qingstorProfile,
  headers: { ...qingstorProfile.headers, unlisted: 'filter' },
};
