import type { Profile } from '@crossgate/core';

/**
 * Boomi AtomSphere and Partner API. Sources: "CORS rules for RESTish requests" and "Account security for CORS". What
 * they leave open is decided in docs/dialects/boomi.md.
 */
export const boomiProfile: Profile = {
  dialect: 'boomi',
  origins: { any: false, wildcard: 'host', compare: 'url' },
  methods: { known: ['GET', 'POST', 'DELETE'], any: false, requested: 'one' },
  headers: { wildcard: 'anywhere', unlisted: 'ignore' },
  preflight: {
    status: 200,
    refused: { status: 401 },
    incomplete: 'not-a-preflight',
    unknownTenant: 'as-no-rules',
  },
  actual: { answeredWithoutOrigin: [], vary: 'origin-matters', varyMethods: [] },
  answers: {
    preflight: [
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Headers',
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Methods',
      'Access-Control-Max-Age',
    ],
    actual: ['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials'],
    allowOrigin: 'echo',
    allowMethods: { kind: 'rule', separator: ', ', order: ['GET', 'POST', 'DELETE'] },
    allowHeaders: {
      kind: 'fixed',
      value: 'cache-control,content-type,expires,last-modified,accept,content-language,authorization,pragma',
    },
    exposeHeaders: { kind: 'rule' },
    maxAge: { kind: 'fixed', seconds: 3600 },
  },
  limits: { rules: { min: 0 }, maxAgeSeconds: { max: 3600, required: false } },
  fields: [],
};
