/** Configurations that are not right: what a client is told, and that the former one stays. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { DOCUMENTED_RULES } from '../support/qingstor-documented.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type SendToQingstorBucket,
} from '../support/qingstor-http.ts';

const BUCKET = 'bad-configuration';
const FORMER = { resp_vary: 'enable', cors_rules: DOCUMENTED_RULES };

let server: LocalServer;
let send: SendToQingstorBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createQingstorBucket(server.qingstor, BUCKET);
  await putQingstorCors(send, FORMER);
});

afterAll(() => server.stop());

afterEach(async () => {
  expect((await send({ target: '?cors' })).json).toEqual(FORMER);
});

function rule(members: Readonly<Record<string, unknown>>): string {
  const whole = { allowed_origin: 'http://a.example', allowed_methods: ['GET'], ...members };
  return JSON.stringify({ cors_rules: [whole] });
}

interface BadDocument {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly code: 'invalid_json' | 'invalid_request' | 'invalid_argument' | 'entity_too_large';
  /** What the message has to say, in this order. */
  readonly says?: readonly string[];
}

const CASES: readonly BadDocument[] = [
  { name: 'nothing', body: '', code: 'invalid_json', says: ['line 1, column 1'] },
  { name: 'text', body: 'cors please', code: 'invalid_json', says: ['line 1, column 1'] },
  { name: 'XML', body: '<CORSConfiguration/>', code: 'invalid_json', says: ['line 1, column 1'] },
  {
    name: 'a document cut short',
    body: '{\n "cors_rules": [',
    code: 'invalid_json',
    says: ['line 2, column 17'],
  },
  { name: 'a string cut short', body: '{\n "cors_ru', code: 'invalid_json', says: ['line 2'] },
  {
    name: 'a trailing comma',
    body: '{"cors_rules": [\n  {"allowed_origin": "*",}\n]}',
    code: 'invalid_json',
    says: ['line 2, column 26'],
  },
  { name: 'single quotes', body: "{'cors_rules': []}", code: 'invalid_json', says: ['line 1, column 2'] },
  { name: 'a comment', body: '{\n// rules\n"cors_rules": []}', code: 'invalid_json', says: ['line 2'] },
  { name: 'something behind', body: '{"cors_rules": []} x', code: 'invalid_json', says: ['column 20'] },
  { name: 'two documents', body: '{"cors_rules": []}{}', code: 'invalid_json', says: ['column 19'] },
  { name: 'a byte order mark', body: '\ufeff{"cors_rules": [],}', code: 'invalid_json' },
  {
    name: 'bytes that are no UTF-8',
    body: Buffer.from([0x7b, 0xff, 0x7d]),
    code: 'invalid_json',
    says: ['UTF-8'],
  },
  { name: 'a control character', body: '{"cors_rules": ["\u0001"]}', code: 'invalid_json', says: ['line 1'] },
  {
    name: 'an escape nobody knows',
    body: '{"cors_rules": ["\\x41"]}',
    code: 'invalid_json',
    says: ['line 1'],
  },
  {
    name: 'a number that is none',
    body: rule({ max_age_seconds: 1 }).replace(':1}', ':01}'),
    code: 'invalid_json',
  },
  { name: 'NaN', body: '{"cors_rules": NaN}', code: 'invalid_json', says: ['column 16'] },
  { name: 'deep nesting', body: '['.repeat(30_000), code: 'invalid_json', says: ['nested'] },
  {
    name: 'a name that stands twice',
    body: '{"cors_rules": [],\n "cors_rules": []}',
    code: 'invalid_json',
    says: ['line 2, column 2', 'cors_rules'],
  },
  { name: 'no rules', body: '{}', code: 'invalid_request', says: ['cors_rules'] },
  { name: 'a list', body: '[]', code: 'invalid_request', says: ['line 1, column 1'] },
  { name: 'a string', body: '"cors_rules"', code: 'invalid_request', says: ['line 1, column 1'] },
  { name: 'null', body: 'null', code: 'invalid_request' },
  {
    name: 'rules that are an object',
    body: '{"cors_rules": {}}',
    code: 'invalid_request',
    says: ['cors_rules'],
  },
  {
    name: 'rules that are null',
    body: '{"cors_rules": null}',
    code: 'invalid_request',
    says: ['cors_rules'],
  },
  {
    name: 'a rule that is a string',
    body: '{"cors_rules": ["*"]}',
    code: 'invalid_request',
    says: ['column 17'],
  },
  {
    name: 'an unknown key',
    body: '{\n  "cors_rule": [],\n  "cors_rules": []\n}',
    code: 'invalid_request',
    says: ['line 2, column 3', 'cors_rule'],
  },
  {
    name: 'an unknown key in a rule',
    body: rule({ id: 'one' }),
    code: 'invalid_request',
    says: ['line 1', 'id'],
  },
  {
    name: 'the key of another service',
    body: rule({ AllowedHeader: ['*'] }),
    code: 'invalid_request',
    says: ['AllowedHeader'],
  },
  {
    name: 'a key in capitals',
    body: rule({ Expose_Headers: [] }),
    code: 'invalid_request',
    says: ['Expose_Headers'],
  },
  {
    name: 'an origin that is a list',
    body: rule({ allowed_origin: ['*'] }),
    code: 'invalid_request',
    says: ['allowed_origin'],
  },
  { name: 'an origin that is a number', body: rule({ allowed_origin: 1 }), code: 'invalid_request' },
  {
    name: 'methods that are a string',
    body: rule({ allowed_methods: 'GET' }),
    code: 'invalid_request',
    says: ['allowed_methods'],
  },
  { name: 'a method that is a number', body: rule({ allowed_methods: ['GET', 1] }), code: 'invalid_request' },
  {
    name: 'headers that are a string',
    body: rule({ allowed_headers: '*' }),
    code: 'invalid_request',
    says: ['allowed_headers'],
  },
  { name: 'an exposed header that is null', body: rule({ expose_headers: [null] }), code: 'invalid_request' },
  {
    name: 'an age that is a string',
    body: rule({ max_age_seconds: '60' }),
    code: 'invalid_request',
    says: ['max_age_seconds'],
  },
  { name: 'an age that is null', body: rule({ max_age_seconds: null }), code: 'invalid_request' },
  {
    name: 'a resp_vary that is true',
    body: '{"resp_vary":true,"cors_rules":[]}',
    code: 'invalid_request',
    says: ['resp_vary'],
  },
  {
    name: 'a resp_vary that is none',
    body: '{"resp_vary":"on","cors_rules":[]}',
    code: 'invalid_request',
    says: ['resp_vary'],
  },
  {
    name: 'no origin',
    body: '{"cors_rules":[{"allowed_methods":["GET"]}]}',
    code: 'invalid_argument',
    says: ['allowedOrigins', 'column 16'],
  },
  {
    name: 'no method',
    body: '{"cors_rules":[{"allowed_origin":"*"}]}',
    code: 'invalid_argument',
    says: ['allowedMethods', 'column 16'],
  },
  { name: 'no method in the list', body: rule({ allowed_methods: [] }), code: 'invalid_argument' },
  {
    name: 'two wildcards in an origin',
    body: rule({ allowed_origin: 'http://*.a.*' }),
    code: 'invalid_argument',
    says: ['line 1, column 34', 'http://*.a.*'],
  },
  {
    name: 'two wildcards in a header',
    body: rule({ allowed_headers: ['x-*-*'] }),
    code: 'invalid_argument',
    says: ['x-*-*'],
  },
  { name: 'an empty origin', body: rule({ allowed_origin: '' }), code: 'invalid_argument' },
  {
    name: 'an origin with a line break',
    body: rule({ allowed_origin: 'http://a\nb' }),
    code: 'invalid_argument',
  },
  {
    name: 'a method nobody knows',
    body: rule({ allowed_methods: ['GET', 'PATCH'] }),
    code: 'invalid_argument',
    says: ['PATCH'],
  },
  {
    name: 'a method in lower case',
    body: rule({ allowed_methods: ['get'] }),
    code: 'invalid_argument',
    says: ['get'],
  },
  {
    name: 'a header that is none',
    body: rule({ allowed_headers: ['a b'] }),
    code: 'invalid_argument',
    says: ['a b'],
  },
  {
    name: 'a line break in an exposed header',
    body: rule({ expose_headers: ['x\r\ny'] }),
    code: 'invalid_argument',
  },
  {
    name: 'a negative age',
    body: rule({ max_age_seconds: -1 }),
    code: 'invalid_argument',
    says: ['maxAgeSeconds', 'column 97'],
  },
  { name: 'half a second', body: rule({ max_age_seconds: 0.5 }), code: 'invalid_argument' },
  {
    name: 'an endless age',
    body: rule({ max_age_seconds: 1 }).replace(':1}', ':1e400}'),
    code: 'invalid_argument',
  },
  { name: 'an age beyond all', body: rule({ max_age_seconds: 2 ** 31 }), code: 'invalid_argument' },
  { name: 'too much', body: `{"cors_rules":[]${' '.repeat(64 * 1024)}}`, code: 'entity_too_large' },
];

describe('a configuration that is not right', () => {
  it.each(CASES)('is refused as $code: $name', async ({ body, code, says = [] }) => {
    const response = await send({ method: 'PUT', target: '?cors', body });
    expect([response.status, response.code]).toEqual([400, code]);
    const { message } = response.json as { readonly message: string };
    let at = 0;
    for (const text of says) {
      expect(message.slice(at), message).toContain(text);
      at = message.indexOf(text, at);
    }
  });

  it('is told of in one answer, as far as there is room', async () => {
    const rules = Array.from({ length: 9 }, (_, i) => ({
      allowed_origin: `http://*.${i}.*`,
      allowed_methods: ['GET'],
    }));
    const body = JSON.stringify({ cors_rules: rules });
    const { json } = await send({ method: 'PUT', target: '?cors', body });
    const { message } = json as { readonly message: string };
    expect(message).toMatch(/http:\/\/\*\.0\.\*.*http:\/\/\*\.4\.\*.*and 4 more$/);
  });

  it.each([
    { name: 'of another body', md5: createHash('md5').update('other').digest('base64'), code: 'bad_digest' },
    { name: 'that is none', md5: 'none', code: 'invalid_argument' },
    { name: 'in hexadecimal', md5: createHash('md5').update('{}').digest('hex'), code: 'invalid_argument' },
  ])('is one with a Content-MD5 $name', async ({ md5, code }) => {
    const headers = { 'Content-MD5': md5 };
    const response = await send({ method: 'PUT', target: '?cors', body: rule({}), headers });
    expect([response.status, response.code]).toEqual([400, code]);
  });

  it.each([
    { name: 'anonymous', key: 'anonymous', status: 403, code: 'permission_denied' },
    {
      name: 'forged',
      key: { id: 'CROSSGATELOCAL', secret: 'x' },
      status: 401,
      code: 'signature_not_matched',
    },
  ] as const)('is not even read when the request is $name', async ({ key, status, code }) => {
    for (const method of ['PUT', 'DELETE', 'GET']) {
      const body = method === 'PUT' ? { body: 'x' } : {};
      const response = await send({ method, target: '?cors', key, ...body });
      expect([response.status, response.code]).toEqual([status, code]);
    }
  });

  it('is not stored with POST', async () => {
    const response = await send({ method: 'POST', target: '?cors', body: rule({}) });
    expect([response.status, response.code]).toEqual([405, 'method_not_allowed']);
  });
});
