import type { Policy, PreflightDecision } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/exchange.ts';
import { qingstorError } from '../../src/qingstor/errors.ts';
import { qingstorPolicyApi } from '../../src/qingstor/policy-api.ts';
import {
  emptyReply,
  jsonReply,
  newQingstorRequestId,
  qingstorCommonHeaders,
  qingstorErrorReply,
  qingstorReplies,
} from '../../src/qingstor/responses.ts';
import { exchangeOf } from './qingstor-exchange.ts';

const policy: Policy = {
  rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] }],
};

type Refused = Exclude<PreflightDecision, { kind: 'not-a-preflight' | 'allowed' }>;

const NO_CONTENT = { status: 200, headers: [['Content-Length', '0']] };

function bodyOf(reply: Reply): unknown {
  return JSON.parse(String(reply.body));
}

describe('qingstorErrorReply', () => {
  it('is the documented document, its fields in order', () => {
    const reply = qingstorErrorReply(exchangeOf({}), qingstorError('object_not_exists'));
    const document =
      '{"code":"object_not_exists","message":"The object does not exist.","request_id":"aa08cf7a43f611e5886952542e6ce14b","url":"http://docs.qingcloud.com/qingstor/api/error_code.html"}';
    expect(reply).toEqual({
      status: 404,
      errorCode: 'object_not_exists',
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Length', String(document.length)],
      ],
      body: document,
    });
  });

  it('counts its length in bytes, and keeps any message whole', () => {
    const reply = qingstorErrorReply(exchangeOf({}), qingstorError('invalid_argument', '中"\n\ud800'));
    expect(reply.headers).toContainEqual(['Content-Length', String(Buffer.byteLength(String(reply.body)))]);
    expect(bodyOf(reply)).toMatchObject({ message: '中"\n\ud800' });
  });

  it('answers HEAD with its status alone', () => {
    expect(qingstorErrorReply(exchangeOf({ method: 'HEAD' }), qingstorError('bucket_not_exists'))).toEqual({
      ...NO_CONTENT,
      status: 404,
      errorCode: 'bucket_not_exists',
    });
  });

  it.each(['GET', 'HEAD'])('has the headers that belong to the error, for %s', method => {
    const contentRange = ['Content-Range', 'bytes */5'] as const;
    const error = { ...qingstorError('invalid_range'), headers: [contentRange] };
    expect(qingstorErrorReply(exchangeOf({ method }), error).headers).toContainEqual(contentRange);
  });
});

describe('jsonReply', () => {
  it('has the media type without a parameter, which the Python SDK compares as a whole', () => {
    expect(jsonReply(200, '"中"', [['a', 'b']])).toEqual({
      status: 200,
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Length', '5'],
        ['a', 'b'],
      ],
      body: '"中"',
    });
  });
});

describe('emptyReply', () => {
  it('has a length of 0, which a 204 must not have', () => {
    expect(emptyReply(201, [['ETag', '"a"']])).toEqual({
      status: 201,
      headers: [
        ['Content-Length', '0'],
        ['ETag', '"a"'],
      ],
    });
    expect(emptyReply(204)).toEqual({ status: 204, headers: [] });
  });
});

describe('qingstorReplies', () => {
  it('answers a preflight that is allowed with its headers and no content', () => {
    const allowed = ['Access-Control-Allow-Origin', 'https://a.com'] as const;
    const decision: PreflightDecision = { kind: 'allowed', rule: 0, status: 200, headers: [allowed] };
    expect(qingstorReplies.preflight(exchangeOf({ method: 'OPTIONS' }), decision)).toEqual({
      status: 200,
      headers: [['Content-Length', '0'], allowed],
    });
  });

  it('answers a refused preflight with 200 and nothing of Access-Control', () => {
    const decision: Refused = { kind: 'refused', reason: 'no-rules', status: 200, headers: [] };
    expect(qingstorReplies.preflight(exchangeOf({ method: 'OPTIONS' }), decision)).toEqual(NO_CONTENT);
  });

  it('keeps the Vary of a refused preflight', () => {
    const vary = ['Vary', 'Origin'] as const;
    const decision: Refused = { kind: 'refused', reason: 'origin-not-allowed', status: 200, headers: [vary] };
    expect(qingstorReplies.preflight(exchangeOf({ method: 'OPTIONS' }), decision).headers).toEqual([
      ['Content-Length', '0'],
      vary,
    ]);
  });

  it.each([
    { reason: 'origin-missing', name: 'Origin' },
    { reason: 'method-missing', name: 'Access-Control-Request-Method' },
  ] as const)('names the header that a preflight must have: $name', ({ reason, name }) => {
    const vary = ['Vary', 'Origin'] as const;
    const decision: Refused = {
      kind: 'refused',
      reason,
      status: 400,
      code: 'invalid_argument',
      headers: [vary],
    };
    const reply = qingstorReplies.preflight(exchangeOf({ method: 'OPTIONS' }), decision);
    expect(reply).toMatchObject({ status: 400, errorCode: 'invalid_argument' });
    expect(bodyOf(reply)).toMatchObject({
      code: 'invalid_argument',
      message: `A preflight needs the header ${name}.`,
    });
    expect(reply.headers).toContainEqual(vary);
  });

  it('answers for a bucket that is not there', () => {
    expect(qingstorReplies.unknownTenant(exchangeOf({}))).toMatchObject({
      status: 404,
      errorCode: 'bucket_not_exists',
    });
  });

  it('answers with the policy, or that there is none', () => {
    const reply = qingstorPolicyApi.replies.read(exchangeOf({}), { policy });
    expect(reply).toEqual(
      jsonReply(200, '{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]}]}'),
    );
    expect(qingstorPolicyApi.replies.read(exchangeOf({}), undefined)).toMatchObject({
      status: 404,
      errorCode: 'cors_not_exists',
    });
  });

  it('answers a change of the policy without content: 200 when stored, 204 when deleted', () => {
    expect(qingstorPolicyApi.replies.stored(exchangeOf({}))).toEqual(NO_CONTENT);
    expect(qingstorPolicyApi.replies.deleted(exchangeOf({}))).toEqual({ status: 204, headers: [] });
  });

  it.each([
    ['credentials-missing', 403, 'permission_denied'],
    ['request-malformed', 400, 'invalid_request'],
    ['headers-too-large', 400, 'invalid_request'],
    ['request-timeout', 400, 'invalid_request'],
    ['policy-too-large', 400, 'entity_too_large'],
    ['body-incomplete', 400, 'incomplete_body'],
    ['rate-limited', 503, 'service_unavailable'],
    ['unavailable', 503, 'service_unavailable'],
    ['internal', 500, 'internal_error'],
  ] as const)('says %s as %i %s', (fault, status, code) => {
    expect(qingstorReplies.fault(fault, exchangeOf({}))).toMatchObject({ status, code });
  });
});

describe('qingstorCommonHeaders', () => {
  it('names the service and the request', () => {
    expect(qingstorCommonHeaders(exchangeOf({}))).toEqual([
      ['Server', 'QingStor'],
      ['x-qs-request-id', 'aa08cf7a43f611e5886952542e6ce14b'],
    ]);
  });
});

describe('newQingstorRequestId', () => {
  it.each([0, 1_700_000_000_000, 2 ** 45])('has 32 hexadecimal digits at %i', now => {
    expect(newQingstorRequestId(now)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is another each time', () => {
    const ids = Array.from({ length: 1000 }, () => newQingstorRequestId(0));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
