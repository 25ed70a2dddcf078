/** The configuration of the SDKs' own example ("put_bucket_cors"), which the example of "OPTIONS Object" assumes. */
export const DOCUMENTED_RULES = [
  {
    allowed_origin: 'http://*.qingcloud.com',
    allowed_methods: ['PUT', 'GET', 'DELETE', 'POST'],
    allowed_headers: ['x-qs-date', 'Content-Type', 'Content-MD5', 'Authorization'],
    max_age_seconds: 200,
    expose_headers: ['x-qs-date'],
  },
  {
    allowed_origin: 'http://*.example.com',
    allowed_methods: ['PUT', 'GET', 'DELETE', 'POST'],
    allowed_headers: ['*'],
    max_age_seconds: 400,
  },
] as const;
