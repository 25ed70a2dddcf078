import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../../src/exchange.ts';
import { qingstorPolicyApi } from '../../src/qingstor/policy-api.ts';
import { BUCKET, exchangeOf, type Pairs } from './qingstor-exchange.ts';

const DOCUMENT = '{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]}]}';

function read(body: string | Uint8Array, headers: Pairs) {
  const exchange = exchangeOf({ method: 'PUT', target: `/${BUCKET}?cors`, headers });
  return qingstorPolicyApi.read(exchange, Buffer.from(body));
}

function refusalOf(body: string | Uint8Array, headers: Pairs = []): ServiceError | undefined {
  const result = read(body, headers);
  return result.kind === 'refused' ? result.error : undefined;
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('base64');
}

interface RefusedCase {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly code: string;
  readonly message: RegExp;
}

const rule = (fields: string): string =>
  `{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]${fields}}]}`;

const refused: readonly RefusedCase[] = [
  { name: 'no body', body: '', code: 'invalid_json', message: /^line 1, column 1: .* it ends where a value/ },
  {
    name: 'what is not JSON',
    body: '<a/>',
    code: 'invalid_json',
    message: /^line 1, column 1: .* a value is expected/,
  },
  {
    name: 'JSON cut short',
    body: DOCUMENT.slice(0, -1),
    code: 'invalid_json',
    message: /^line 1, column 65: /,
  },
  { name: 'what is not UTF-8', body: Uint8Array.of(0xff), code: 'invalid_json', message: /it is not UTF-8/ },
  {
    name: 'a name twice',
    body: rule(',\n"allowed_origin":"a"'),
    code: 'invalid_json',
    message: /^line 2, column 1: `allowed_origin` stands here more than once/,
  },
  {
    name: 'null',
    body: 'null',
    code: 'invalid_request',
    message: /^line 1, column 1: `document` must be an object/,
  },
  { name: 'no rules', body: '{}', code: 'invalid_request', message: /`cors_rules` is missing/ },
  {
    name: 'an unknown field',
    body: rule(',"a":1'),
    code: 'invalid_request',
    message: /there is no `a` here/,
  },
  {
    name: 'a field of a wrong type',
    body: rule(',"max_age_seconds":"5"'),
    code: 'invalid_request',
    message: /^rules\[0\]\.maxAgeSeconds \(line 1, column 82\): `max_age_seconds` must be a number/,
  },
  {
    name: 'a list of origins',
    body: DOCUMENT.replace('"*"', '["*"]'),
    code: 'invalid_request',
    message: /`allowed_origin` must be one origin as a string/,
  },
  {
    name: 'an unknown resp_vary',
    body: '{"resp_vary":"on","cors_rules":[]}',
    code: 'invalid_request',
    message: /`resp_vary` must be `enabled` or `disabled`/,
  },
  {
    name: 'a field of a wrong type beside a wrong value',
    body: rule(',"max_age_seconds":"5"').replace('GET', 'get'),
    code: 'invalid_request',
    message: /`get`.*; .*must be a number/,
  },
  {
    name: 'an unknown method',
    body: DOCUMENT.replace('GET', 'PATCH'),
    code: 'invalid_argument',
    message: /`PATCH`/,
  },
  {
    name: 'two asterisks',
    body: DOCUMENT.replace('"*"', '"a*b*"'),
    code: 'invalid_argument',
    message: /`a\*b\*` has more than one/,
  },
  {
    name: 'a negative age',
    body: rule(',"max_age_seconds":-1'),
    code: 'invalid_argument',
    message: /from 0 to 2147483647/,
  },
  {
    name: 'no origin',
    body: '{"cors_rules":[{"allowed_methods":["GET"]}]}',
    code: 'invalid_argument',
    message: /the rule names no origin/,
  },
];

interface DigestCase {
  readonly name: string;
  readonly digest: string;
  readonly code: string;
}

const digests: readonly DigestCase[] = [
  { name: 'a digest of something else', digest: md5(`${DOCUMENT} `), code: 'bad_digest' },
  ...[
    '',
    'x',
    md5(DOCUMENT).slice(0, -1),
    `${md5(DOCUMENT)}, ${md5(DOCUMENT)}`,
    createHash('md5').update(DOCUMENT).digest('hex'),
  ].map(digest => ({ name: `a digest of the form "${digest}"`, digest, code: 'invalid_argument' })),
];

describe('qingstorPolicyApi.read', () => {
  it.each([
    { name: 'no digest', headers: [] },
    { name: 'its digest', headers: [['Content-MD5', md5(DOCUMENT)]] },
  ] satisfies readonly { name: string; headers: Pairs }[])('reads a policy with $name', ({ headers }) => {
    expect(read(DOCUMENT, headers)).toMatchObject({
      kind: 'update',
      policy: {
        rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] }],
      },
    });
  });

  it.each(refused)('refuses $name', ({ body, code, message }) => {
    expect(refusalOf(body)).toMatchObject({ status: 400, code });
    expect(refusalOf(body)?.message).toMatch(message);
  });

  it.each(digests)('refuses $name', ({ digest, code }) => {
    expect(refusalOf(DOCUMENT, [['Content-MD5', digest]])).toMatchObject({ status: 400, code });
  });

  it('looks at the digest before the document', () => {
    expect(refusalOf('{', [['content-md5', md5('')]])).toMatchObject({ code: 'bad_digest' });
  });

  it('tells five findings and how many more there are', () => {
    const methods = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => `"${name}"`).join();
    const message = refusalOf(DOCUMENT.replace('"GET"', methods))?.message ?? '';
    expect(message.split(' | ').filter(part => part.includes('line 1'))).toHaveLength(5);
    expect(message).toMatch(/`e`.* \| and 2 more$/);
  });
});
