import { compile, decidePreflight, type PreflightDecision } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { boomiDialect } from '../../src/boomi/dialect.ts';
import { boomiError } from '../../src/boomi/errors.ts';
import { boomiProfile } from '../../src/boomi/profile.ts';
import { boomiErrorReply, boomiReplies } from '../../src/boomi/responses.ts';
import type { Fault } from '../../src/dialect.ts';
import { exchangeOf, type SentRequest } from './boomi-exchange.ts';

const JSON_WANTED: SentRequest = { headers: [['Accept', 'application/json']] };
const error = { status: 400, code: '', message: 'a <b> & "c" 中' };

function preflightOf(origin: string): Exclude<PreflightDecision, { kind: 'not-a-preflight' }> {
  const rule = {
    allowedOrigins: ['https://mydomain.com'],
    allowedMethods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [],
    exposeHeaders: [],
  };
  const decision = decidePreflight(compile({ rules: [rule] }, boomiProfile), {
    origin,
    requestMethod: 'DELETE',
    requestHeaders: 'accept, authorization, content-type',
  });
  if (decision.kind === 'not-a-preflight') throw new Error('it is no preflight');
  return decision;
}

describe('boomiErrorReply', () => {
  it('is the documented XML', () => {
    const body = '<error><message>a &lt;b&gt; &amp; &quot;c&quot; 中</message></error>';
    expect(boomiErrorReply(exchangeOf({}), error)).toEqual({
      status: 400,
      headers: [
        ['Content-Type', 'application/xml'],
        ['Content-Length', String(Buffer.byteLength(body))],
      ],
      body,
    });
  });

  it('is JSON for a client that prefers it', () => {
    const body = '{"@type":"Error","message":"a <b> & \\"c\\" 中"}';
    expect(boomiErrorReply(exchangeOf(JSON_WANTED), error)).toEqual({
      status: 400,
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Length', String(Buffer.byteLength(body))],
      ],
      body,
    });
  });

  it.each([
    { accept: '*/*', type: 'application/xml' },
    { accept: 'text/html', type: 'application/xml' },
    { accept: '*/*;q=0', type: 'application/xml' },
    { accept: 'application/xml;q=0.4, application/json;q=0.5', type: 'application/json' },
    { accept: 'application/xml;q=0.6, application/json;q=0.5', type: 'application/xml' },
    { accept: 'application/json, text/plain, */*', type: 'application/json' },
  ])('is $type to Accept: $accept', ({ accept, type }) => {
    const { headers } = boomiErrorReply(exchangeOf({ headers: [['Accept', accept]] }), error);
    expect(headers).toContainEqual(['Content-Type', type]);
  });

  it('keeps any message whole', () => {
    const hostile = { ...error, message: '</message>\u0000\ud800\r\n"\\' };
    expect(boomiErrorReply(exchangeOf({}), hostile).body).toBe(
      '<error><message>&lt;/message&gt;\ufffd\ufffd&#13;\n&quot;\\</message></error>',
    );
    const json = boomiErrorReply(exchangeOf(JSON_WANTED), hostile).body;
    expect(JSON.parse(String(json))).toEqual({ '@type': 'Error', message: hostile.message });
  });

  it('answers HEAD with its headers alone', () => {
    expect(
      boomiErrorReply(exchangeOf({ ...JSON_WANTED, method: 'HEAD' }), boomiError('method-not-allowed')),
    ).toEqual({
      status: 405,
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Length', '0'],
        ['Allow', 'GET, POST, DELETE'],
      ],
    });
  });
});

describe('boomiReplies', () => {
  it('answers the documented preflight with the documented headers, in their order', () => {
    const reply = boomiReplies.preflight(
      exchangeOf({ method: 'OPTIONS' }),
      preflightOf('https://mydomain.com'),
    );
    expect(reply).toEqual({
      status: 200,
      headers: [
        ['Content-Length', '0'],
        ['Access-Control-Allow-Credentials', 'true'],
        [
          'Access-Control-Allow-Headers',
          'cache-control,content-type,expires,last-modified,accept,content-language,authorization,pragma',
        ],
        ['Access-Control-Allow-Origin', 'https://mydomain.com'],
        ['Access-Control-Allow-Methods', 'GET, POST, DELETE'],
        ['Access-Control-Max-Age', '3600'],
      ],
    });
  });

  it('refuses with 401 and the error document, and tells of no origin and no authentication', () => {
    const reply = boomiReplies.preflight(exchangeOf({ method: 'OPTIONS' }), preflightOf('https://other.com'));
    expect(reply.status).toBe(401);
    expect(reply.headers.map(([name]) => name)).toEqual(['Content-Type', 'Content-Length']);
    expect(reply.body).toMatch(/^<error><message>The CORS rules .*<\/message><\/error>$/);
  });

  it('refuses with the status and the headers of the decision', () => {
    const decision = {
      ...preflightOf('https://other.com'),
      status: 403,
      headers: [['Vary', 'Origin']],
    } as const;
    const reply = boomiReplies.preflight(exchangeOf({ method: 'OPTIONS' }), decision);
    expect(reply.status).toBe(403);
    expect(reply.headers).toContainEqual(['Vary', 'Origin']);
  });

  const STATUSES: Readonly<Record<Fault, number>> = {
    'credentials-missing': 401,
    'permission-denied': 403,
    'request-malformed': 400,
    'headers-too-large': 431,
    'request-timeout': 408,
    'policy-too-large': 413,
    'body-incomplete': 400,
    'method-not-allowed': 405,
    'no-upstream': 501,
    'upstream-unreachable': 502,
    'upstream-failed': 502,
    'upstream-timeout': 504,
    'rate-limited': 503,
    unavailable: 503,
    internal: 500,
  };

  it.each(Object.entries(STATUSES) as [Fault, number][])('answers %s with %i, in words', (fault, status) => {
    const found = boomiReplies.fault(fault, exchangeOf({}));
    expect(found).toMatchObject({ status, code: '' });
    expect(found.message).toMatch(/^[A-Z].* .*\.$/);
    const names = boomiReplies.error(exchangeOf({}), found).headers.map(([name]) => name);
    expect(names).not.toContain('WWW-Authenticate');
    expect(names.includes('Allow')).toBe(status === 405);
  });

  it('names the flag where there is no upstream', () => {
    expect(boomiReplies.fault('no-upstream', exchangeOf({})).message).toContain('--upstream boomi=URL');
  });
});

describe('boomiDialect', () => {
  it('adds no header of its own', () => {
    const exchange = exchangeOf({});
    expect(boomiDialect.commonHeaders(exchange, boomiErrorReply(exchange, error))).toEqual([]);
  });

  it('has another id for every request', () => {
    expect(boomiDialect.newRequestId(0)).not.toBe(boomiDialect.newRequestId(0));
  });

  it('takes the local credential for its own account', () => {
    expect(boomiDialect.localCredential.tenant).toBe(boomiDialect.example.tenant);
  });
});
