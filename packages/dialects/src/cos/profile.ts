import type { Profile } from '@crossgate/core';

/**
 * Tencent COS. Sources: OPTIONS Object and PUT Bucket cors of the API reference, their samples, and "Setting
 * Cross-Origin Access" of the best practices. What they leave open is decided in docs/dialects/cos.md.
 */
export const cosProfile: Profile = {
  dialect: 'cos',
  origins: { any: true, wildcard: 'anywhere', compare: 'text' },
  methods: { known: ['PUT', 'GET', 'POST', 'DELETE', 'HEAD'], any: false, requested: 'one' },
  headers: { wildcard: 'anywhere', unlisted: 'next-rule' },
  preflight: {
    status: 200,
    refused: { status: 403, code: 'AccessForbidden' },
    incomplete: { status: 403, code: 'AccessForbidden' },
    unknownTenant: { status: 404, code: 'NoSuchBucket' },
  },
  actual: { answeredWithoutOrigin: [], vary: 'origin-matters', varyMethods: [] },
  answers: {
    preflight: [
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Headers',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Origin',
      'Access-Control-Expose-Headers',
      'Access-Control-Max-Age',
    ],
    actual: [
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Origin',
      'Access-Control-Expose-Headers',
    ],
    allowOrigin: 'any-or-echo',
    allowMethods: { kind: 'rule', separator: ',' },
    allowHeaders: { kind: 'rule' },
    exposeHeaders: { kind: 'rule' },
    maxAge: { kind: 'rule' },
  },
  limits: { rules: { min: 1, max: 100 }, maxAgeSeconds: { max: 2_147_483_647, required: false } },
  fields: ['id', 'allowedHeaders', 'exposeHeaders', 'maxAgeSeconds', 'vary'],
  // cos-js-sdk-v5: it signs in a header, and completes an upload in parts with the ETag of each.
  browserClient: { requestHeaders: ['authorization'], readAfterPut: ['ETag'] },
};
