import type { PreflightDecision, RefusalReason, ResponseHeader } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { type AzureTablesErrorCode, azureTablesError } from '../../src/azure-tables/errors.ts';
import {
  azureTablesCommonHeaders,
  azureTablesErrorReply,
  azureTablesReplies,
} from '../../src/azure-tables/responses.ts';
import type { Fault } from '../../src/dialect.ts';
import { exchangeOf, type Pairs, PROPERTIES, type SentRequest } from './azure-tables-exchange.ts';

const AT = Date.UTC(2021, 8, 20, 23, 5, 52, 991);
const JSON_TYPE = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8';
const REQUEST = '\nRequestId:eea936c2-f002-0072-3774-aeaad4000000\nTime:2021-09-20T23:05:52.9910000Z';

function errorOf(sent: SentRequest, code: AzureTablesErrorCode = 'InvalidXmlDocument', explanation?: string) {
  return azureTablesErrorReply(exchangeOf({ at: AT, ...sent }), azureTablesError(code, explanation));
}

function accept(value: string): { readonly headers: Pairs } {
  return { headers: [['Accept', value]] };
}

describe('azureTablesErrorReply', () => {
  it.each([
    { name: 'no Accept', sent: {} },
    { name: 'any type', sent: accept('*/*') },
    { name: 'XML', sent: accept('application/xml') },
    { name: 'neither', sent: accept('text/html') },
  ])('is byte for byte the recorded document for $name', ({ sent }) => {
    const body =
      '<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code>InvalidXmlDocument</m:code><m:message xml:lang="en-US">XML specified is not syntactically valid.\nRequestId:eea936c2-f002-0072-3774-aeaad4000000\nTime:2021-09-20T23:05:52.9910000Z</m:message></m:error>';
    expect(errorOf(sent)).toEqual({
      status: 400,
      reason: 'XML specified is not syntactically valid.',
      headers: [
        ['Content-Type', 'application/xml'],
        ['x-ms-error-code', 'InvalidXmlDocument'],
        ['Content-Length', '327'],
      ],
      body,
      errorCode: 'InvalidXmlDocument',
    });
  });

  it('is JSON where that is preferred, as it was recorded', () => {
    const value = `The specified resource does not exist.${REQUEST}`;
    const body = JSON.stringify({
      'odata.error': { code: 'ResourceNotFound', message: { lang: 'en-US', value } },
    });
    expect(errorOf(accept('application/json;odata=minimalmetadata'), 'ResourceNotFound')).toEqual({
      status: 404,
      reason: 'The specified resource does not exist.',
      headers: [
        ['Content-Type', JSON_TYPE],
        ['Cache-Control', 'no-cache'],
        ['X-Content-Type-Options', 'nosniff'],
        ['Content-Length', String(body.length)],
      ],
      body,
      errorCode: 'ResourceNotFound',
    });
  });

  it('puts an explanation below the sentence, escaped, and leaves it out of the reason', () => {
    const reply = errorOf({}, 'InvalidXmlNodeValue', `<a> & "é"`);
    const sentence = 'The value for one of the XML nodes is not in the correct format.';
    expect(reply.reason).toBe(sentence);
    expect(reply.body).toContain(`>${sentence}\n&lt;a&gt; &amp; &quot;é&quot;${REQUEST}<`);
    expect(reply.headers).toContainEqual(['Content-Length', String(Buffer.byteLength(String(reply.body)))]);
  });

  it('has no content for HEAD', () => {
    const reply = errorOf({ method: 'HEAD' }, 'UnsupportedHttpVerb');
    expect(reply.body).toBeUndefined();
    expect(reply.headers).toContainEqual(['Content-Length', '0']);
    expect(reply).toMatchObject({ status: 405, errorCode: 'UnsupportedHttpVerb' });
  });

  it('names the code in a header from 2017-07-29 on', () => {
    const codeOf = (version: string | undefined) =>
      errorOf({ version }).headers.some(([name]) => name === 'x-ms-error-code');
    expect(['2017-04-17', '2017-07-29', undefined].map(codeOf)).toEqual([false, true, true]);
  });

  it('has the headers of the error', () => {
    const error = { ...azureTablesError('UnsupportedHttpVerb'), headers: [['Allow', 'GET']] as const };
    expect(azureTablesErrorReply(exchangeOf(), error).headers).toContainEqual(['Allow', 'GET']);
  });
});

function commonHeaders(sent: SentRequest, status = 202): Readonly<Record<string, string>> {
  return Object.fromEntries(azureTablesCommonHeaders(exchangeOf(sent), { status, headers: [] }));
}

describe('azureTablesCommonHeaders', () => {
  it('names server, request, version, and what the client calls it', () => {
    expect(
      azureTablesCommonHeaders(exchangeOf({ headers: [['x-ms-client-request-id', 'a b']] }), {
        status: 202,
        headers: [],
      }),
    ).toEqual([
      ['Server', 'Windows-Azure-Table/1.0 Microsoft-HTTPAPI/2.0'],
      ['x-ms-request-id', 'eea936c2-f002-0072-3774-aeaad4000000'],
      ['x-ms-version', '2019-02-02'],
      ['x-ms-client-request-id', 'a b'],
    ]);
  });

  it.each([
    { name: 'none', version: undefined },
    { name: 'one that is no date', version: 'x\r\ny' },
  ])('tells no version for $name', ({ version }) => {
    expect(commonHeaders({ version })).not.toHaveProperty('x-ms-version');
  });

  it('tells the version of a signature', () => {
    const target = `${PROPERTIES}&sig=x&sv=2021-12-02`;
    expect(commonHeaders({ version: undefined, target })['x-ms-version']).toBe('2021-12-02');
  });

  it.each([
    { name: 'of 1 KiB', id: 'a'.repeat(1024), isRepeated: true },
    { name: 'of more', id: 'a'.repeat(1025), isRepeated: false },
    { name: 'that is empty', id: '', isRepeated: false },
    { name: 'with a line break', id: 'a\r\nSet-Cookie: b', isRepeated: false },
    { name: 'with a tab', id: 'a\tb', isRepeated: false },
    { name: 'with U+007F', id: 'a\u007f', isRepeated: false },
    { name: 'with bytes of UTF-8', id: 'a\u00c3\u00a9', isRepeated: false },
  ])('repeats a name $name: $isRepeated', ({ id, isRepeated }) => {
    const headers = commonHeaders({ headers: [['x-ms-client-request-id', id]] });
    expect(headers['x-ms-client-request-id']).toBe(isRepeated ? id : undefined);
  });

  it('adds nothing to an allowed preflight, as its documented sample has it', () => {
    expect(commonHeaders({ method: 'OPTIONS' }, 200)).toEqual({});
    expect(commonHeaders({ method: 'OPTIONS' }, 403)).toHaveProperty('x-ms-request-id');
    expect(commonHeaders({}, 200)).toHaveProperty('x-ms-request-id');
  });
});

describe('azureTablesReplies.preflight', () => {
  const exchange = exchangeOf({ method: 'OPTIONS', target: '/myaccount/mytable', version: undefined });

  it('allows as the documented sample does', () => {
    const headers: readonly ResponseHeader[] = [
      ['Access-Control-Allow-Origin', '*'],
      ['Access-Control-Max-Age', '60'],
      ['Access-Control-Allow-Methods', 'PUT'],
      ['Access-Control-Allow-Headers', 'accept,content-type'],
    ];
    expect(
      azureTablesReplies.preflight(exchange, { kind: 'allowed', rule: 0, status: 200, headers }),
    ).toEqual({
      status: 200,
      headers: [['Content-Length', '0'], ['Content-Type', 'text/html; charset=UTF-8'], ...headers],
    });
  });

  const refused: readonly {
    readonly reason: RefusalReason;
    readonly status: number;
    readonly sentence: string;
    readonly says: string;
  }[] = [
    {
      reason: 'origin-missing',
      status: 400,
      sentence: 'A required CORS header is not present.',
      says: '\nA preflight needs the header Origin.\nRequestId:',
    },
    {
      reason: 'method-missing',
      status: 400,
      sentence: 'A required CORS header is not present.',
      says: '\nA preflight needs the header Access-Control-Request-Method.\nRequestId:',
    },
    ...(
      [
        'no-rules',
        'origin-malformed',
        'origin-not-allowed',
        'method-not-allowed',
        'headers-not-allowed',
      ] as const
    ).map(reason => ({
      reason,
      status: 403,
      sentence: 'CORS not enabled or no matching rule found for this request.',
      says: 'for this request.\nRequestId:',
    })),
  ];

  it.each(refused)(
    'refuses $reason with $status, and tells no more',
    ({ reason, status, sentence, says }) => {
      const code = status === 400 ? 'InvalidHeaderValue' : 'CorsPreflightFailure';
      const decision: PreflightDecision = {
        kind: 'refused',
        reason,
        status,
        code,
        headers: [['Vary', 'Origin']],
      };
      const reply = azureTablesReplies.preflight(
        exchange,
        decision as Exclude<PreflightDecision, { kind: 'not-a-preflight' }>,
      );
      expect(reply).toMatchObject({ status, reason: sentence, errorCode: code });
      expect(reply.body).toContain(says);
      expect(reply.headers).toContainEqual(['Vary', 'Origin']);
    },
  );
});

describe('azureTablesReplies.fault', () => {
  const faults: Readonly<Record<Fault, readonly [number, AzureTablesErrorCode]>> = {
    'credentials-missing': [403, 'AuthenticationFailed'],
    'permission-denied': [403, 'AuthorizationPermissionMismatch'],
    'request-malformed': [400, 'InvalidInput'],
    'headers-too-large': [400, 'OutOfRangeInput'],
    'request-timeout': [500, 'OperationTimedOut'],
    'policy-too-large': [413, 'RequestBodyTooLarge'],
    'body-incomplete': [400, 'InvalidInput'],
    'method-not-allowed': [405, 'UnsupportedHttpVerb'],
    'no-upstream': [501, 'NotImplemented'],
    'upstream-unreachable': [502, 'BadGateway'],
    'upstream-failed': [502, 'BadGateway'],
    'upstream-timeout': [504, 'GatewayTimeout'],
    'rate-limited': [503, 'ServerBusy'],
    unavailable: [503, 'ServerBusy'],
    internal: [500, 'InternalError'],
  };

  it.each(Object.entries(faults))('has its word for %s', (fault, [status, code]) => {
    expect(azureTablesReplies.fault(fault as Fault, exchangeOf())).toMatchObject({ status, code });
  });

  it('names the option that puts an upstream behind it', () => {
    const { message } = azureTablesReplies.fault('no-upstream', exchangeOf());
    expect(message).toContain('--upstream azure-tables=URL');
  });
});

describe('azureTablesReplies.unknownTenant', () => {
  it('says what an account name is', () => {
    expect(azureTablesReplies.unknownTenant(exchangeOf())).toMatchObject({
      status: 404,
      errorCode: 'ResourceNotFound',
      body: expect.stringContaining('3 to 24'),
    });
  });
});
