import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cosPolicyApi } from '../../src/cos/policy-api.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { exchangeOf, type Pairs } from './cos-exchange.ts';

const DOCUMENT =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';

function read(body: string, headers: Pairs) {
  const exchange = exchangeOf({ method: 'PUT', target: '/?cors', headers });
  return cosPolicyApi.read(exchange, Buffer.from(body, 'utf8'));
}

function refusalOf(body: string, headers: Pairs): ServiceError | undefined {
  const result = read(body, headers);
  return result.kind === 'refused' ? result.error : undefined;
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('base64');
}

interface RefusedCase {
  readonly name: string;
  readonly body: string;
  readonly headers: Pairs;
  readonly status: number;
  readonly code: string;
}

const refused: readonly RefusedCase[] = [
  { name: 'no body and no length', body: '', headers: [], status: 411, code: 'MissingContentLength' },
  {
    name: 'a length of nothing',
    body: '',
    headers: [['Content-Length', '0']],
    status: 400,
    code: 'MissingRequestBodyError',
  },
  {
    name: 'chunks of nothing',
    body: '',
    headers: [['Transfer-Encoding', 'chunked']],
    status: 400,
    code: 'MissingRequestBodyError',
  },
  {
    name: 'a digest of nothing with nothing',
    body: '',
    headers: [
      ['Content-Length', '0'],
      ['Content-MD5', md5('')],
    ],
    status: 400,
    code: 'MissingRequestBodyError',
  },
  {
    name: 'a digest of something else',
    body: DOCUMENT,
    headers: [['Content-MD5', md5(`${DOCUMENT} `)]],
    status: 400,
    code: 'BadDigest',
  },
  {
    name: 'a digest of something else before a document that is bad as well',
    body: '<a',
    headers: [['content-md5', md5('')]],
    status: 400,
    code: 'BadDigest',
  },
  ...[
    '',
    'x',
    md5(DOCUMENT).slice(0, -1),
    `${md5(DOCUMENT)}=`,
    `${md5(DOCUMENT)}, ${md5(DOCUMENT)}`,
    createHash('md5').update(DOCUMENT).digest('hex'),
    createHash('sha256').update(DOCUMENT).digest('base64'),
    `${'-'.repeat(22)}==`,
  ].map(digest => ({
    name: `a digest of the form "${digest}"`,
    body: DOCUMENT,
    headers: [['Content-MD5', digest]] as const,
    status: 400,
    code: 'InvalidDigest',
  })),
  {
    name: 'a document cut short',
    body: '<CORSConfiguration>',
    headers: [],
    status: 400,
    code: 'MalformedXML',
  },
  { name: 'white space', body: ' ', headers: [], status: 400, code: 'MalformedXML' },
  { name: 'no rule', body: '<CORSConfiguration/>', headers: [], status: 400, code: 'MalformedXML' },
];

describe('cosPolicyApi.read', () => {
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

  it.each(refused)('refuses $name', ({ body, headers, status, code }) => {
    expect(refusalOf(body, headers)).toMatchObject({ status, code });
  });

  it('tells what is wrong with the document, and where', () => {
    const body = DOCUMENT.replace('GET', 'PATCH').replace('>*<', '>a*b*<');
    expect(refusalOf(body, [])?.message).toMatch(
      /^rules\[0\]\.allowedOrigins\[0\] \(line 1, column 30\): .*`a\*b\*`.* \| rules\[0\]\.allowedMethods\[0\] \(line 1, column 65\): .*`PATCH`/,
    );
  });

  it('tells five findings and how many more there are', () => {
    const methods = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => `<AllowedMethod>${name}</AllowedMethod>`);
    const body = DOCUMENT.replace('<AllowedMethod>GET</AllowedMethod>', methods.join(''));
    const told = refusalOf(body, [])
      ?.message.split(' | ')
      .filter(part => part.includes('line 1'));
    expect(told).toHaveLength(5);
    expect(refusalOf(body, [])?.message).toMatch(/`e`.* \| and 2 more$/);
  });
});
