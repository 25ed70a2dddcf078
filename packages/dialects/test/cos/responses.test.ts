import type { Policy, PreflightDecision } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { type CosErrorCode, cosError } from '../../src/cos/errors.ts';
import { cosPolicyApi } from '../../src/cos/policy-api.ts';
import { cosCommonHeaders, cosErrorReply, cosReplies, newCosRequestId } from '../../src/cos/responses.ts';
import type { Exchange, Reply } from '../../src/exchange.ts';
import { exchangeOf, type SentRequest } from './cos-exchange.ts';

const HOST = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com';

/** Error documents of the API reference, with their `Content-Length`. */
interface DocumentedError {
  readonly name: string;
  readonly code: CosErrorCode;
  readonly requestId: string;
  readonly traceId: string;
  readonly lengthBytes: number;
  readonly document: string;
}

const documented: readonly DocumentedError[] = [
  {
    name: 'the 403 of OPTIONS Object',
    code: 'AccessForbidden',
    requestId: 'NWYwNzAzNTZfNzNjODJhMDlfMzRiM2ZfMThjMjk4****',
    traceId:
      'OGVmYzZiMmQzYjA2OWNhODk0NTRkMTBiOWVmMDAxODc0OWRkZjk0ZDM1NmI1M2E2MTRlY2MzZDhmNmI5MWI1OWE4OGMxZjNjY2JiNTBmMTVmMWY1MzAzYzkyZGQ2ZWM4OWM4Y2M5MzI5ZmUzN2FjZDk1OTRjYWI5Yjg5OTJlZDA=',
    lengthBytes: 687,
    document: `<?xml version='1.0' encoding='utf-8' ?>
<Error>
	<Code>AccessForbidden</Code>
	<Message>CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource&apos;s CORS spec</Message>
	<Resource>examplebucket-1250000000.cos.ap-beijing.myqcloud.com/exampleobject</Resource>
	<RequestId>NWYwNzAzNTZfNzNjODJhMDlfMzRiM2ZfMThjMjk4****</RequestId>
	<TraceId>OGVmYzZiMmQzYjA2OWNhODk0NTRkMTBiOWVmMDAxODc0OWRkZjk0ZDM1NmI1M2E2MTRlY2MzZDhmNmI5MWI1OWE4OGMxZjNjY2JiNTBmMTVmMWY1MzAzYzkyZGQ2ZWM4OWM4Y2M5MzI5ZmUzN2FjZDk1OTRjYWI5Yjg5OTJlZDA=</TraceId>
</Error>`,
  },
  {
    name: 'the 412 of GET Object',
    code: 'PreconditionFailed',
    requestId: 'NWYyMTFjODZfOGRjOTJhMDlfMmIyMWVfOTJl****',
    traceId:
      'OGVmYzZiMmQzYjA2OWNhODk0NTRkMTBiOWVmMDAxODc0OWRkZjk0ZDM1NmI1M2E2MTRlY2MzZDhmNmI5MWI1OTdjMDczODYwZjM5YTU3ZmZmOWI5MmY4NjkxY2I3MGNiNjkyOWZiNzUxZjg5MGY2OWU4NmI0YWMwNTlhNTExYWU=',
    lengthBytes: 480,
    document: `<?xml version='1.0' encoding='utf-8' ?>
<Error>
	<Code>PreconditionFailed</Code>
	<Message>Precondition not match.</Message>
	<Resource>examplebucket-1250000000.cos.ap-beijing.myqcloud.com/exampleobject</Resource>
	<RequestId>NWYyMTFjODZfOGRjOTJhMDlfMmIyMWVfOTJl****</RequestId>
	<TraceId>OGVmYzZiMmQzYjA2OWNhODk0NTRkMTBiOWVmMDAxODc0OWRkZjk0ZDM1NmI1M2E2MTRlY2MzZDhmNmI5MWI1OTdjMDczODYwZjM5YTU3ZmZmOWI5MmY4NjkxY2I3MGNiNjkyOWZiNzUxZjg5MGY2OWU4NmI0YWMwNTlhNTExYWU=</TraceId>
</Error>`,
  },
];

function exchange(sent: SentRequest = {}, requestId = 'request-id'): Exchange {
  return { ...exchangeOf({ host: HOST, target: '/exampleobject', ...sent }), requestId };
}

function valuesOf(reply: Reply, name: string): readonly string[] {
  return reply.headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
}

const policy: Policy = {
  rules: [
    {
      allowedOrigins: ['*'],
      allowedMethods: ['GET'],
      allowedHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: 0,
    },
  ],
};

describe('cosErrorReply', () => {
  it.each(documented)('is byte for byte $name', ({ code, requestId, traceId, lengthBytes, document }) => {
    const reply = cosErrorReply(exchange({}, requestId), cosError(code));
    const [ownTraceId = ''] = valuesOf(reply, 'x-cos-trace-id');
    expect(String(reply.body).replace(ownTraceId, traceId)).toBe(document);
    expect(Buffer.byteLength(String(reply.body))).toBe(lengthBytes);
    expect(reply).toMatchObject({ status: cosError(code).status, errorCode: code });
    expect(reply.headers).toEqual([
      ['Content-Type', 'application/xml'],
      ['Content-Length', String(lengthBytes)],
      ['x-cos-trace-id', ownTraceId],
    ]);
  });

  it('has the trace id of its header in its document, another each time', () => {
    const replies = [1, 2].map(() => cosErrorReply(exchange(), cosError('NoSuchKey')));
    const ids = replies.map(reply => valuesOf(reply, 'x-cos-trace-id').join());
    for (const [i, reply] of replies.entries()) {
      expect(reply.body).toContain(`\t<TraceId>${ids[i]}</TraceId>\n`);
      expect(atob(ids[i] ?? '')).toMatch(/^[0-9a-f]{128}$/);
    }
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('answers HEAD without a document', () => {
    const reply = cosErrorReply(exchange({ method: 'HEAD' }), cosError('NoSuchKey'));
    expect(reply).toEqual({
      status: 404,
      errorCode: 'NoSuchKey',
      headers: [
        ['Content-Type', 'application/xml'],
        ['Content-Length', '0'],
        ['x-cos-trace-id', expect.stringMatching(/^[A-Za-z0-9+/]{171}=$/)],
      ],
    });
  });

  it('names host and path as they were sent, escaped', () => {
    const reply = cosErrorReply(
      exchange({ host: 'Example-1.localhost:4001', target: `/a%2Fb/<'&>"?x=1` }),
      cosError('NoSuchKey'),
    );
    expect(reply.body).toContain(
      '\t<Resource>Example-1.localhost:4001/a%2Fb/&lt;&apos;&amp;&gt;&quot;</Resource>\n',
    );
  });

  it('counts its length in bytes', () => {
    const reply = cosErrorReply(exchange(), cosError('InvalidArgument', '中'));
    expect(valuesOf(reply, 'Content-Length')).toEqual([String(Buffer.byteLength(String(reply.body)))]);
  });

  it('writes further details in order, behind the message', () => {
    const error = cosError('AccessDenied', 'm', [
      ['ServerTime', '2019-04-09T03:39:20Z'],
      ['B', 'b'],
    ]);
    expect(cosErrorReply(exchange(), error).body).toContain(
      '<Message>m</Message>\n\t<ServerTime>2019-04-09T03:39:20Z</ServerTime>\n\t<B>b</B>\n\t<Resource>',
    );
  });
});

describe('cosReplies', () => {
  it('answers a preflight that is allowed with its headers and no content', () => {
    const decision: PreflightDecision = {
      kind: 'allowed',
      rule: 0,
      status: 200,
      headers: [['Access-Control-Allow-Origin', '*']],
    };
    expect(cosReplies.preflight(exchange({ method: 'OPTIONS' }), decision)).toEqual({
      status: 200,
      headers: [
        ['Content-Length', '0'],
        ['Access-Control-Allow-Origin', '*'],
      ],
    });
  });

  it('answers a preflight that is refused with an error and the headers of the decision', () => {
    const decision: PreflightDecision = {
      kind: 'refused',
      reason: 'origin-not-allowed',
      status: 403,
      code: 'AccessForbidden',
      headers: [['Vary', 'Origin']],
    };
    const reply = cosReplies.preflight(exchange({ method: 'OPTIONS' }), decision);
    expect(reply).toMatchObject({ status: 403, errorCode: 'AccessForbidden' });
    expect(reply.headers.map(([name]) => name)).toEqual([
      'Content-Type',
      'Content-Length',
      'x-cos-trace-id',
      'Vary',
    ]);
  });

  it('answers for an unknown bucket', () => {
    const reply = cosReplies.unknownTenant(exchange());
    expect(reply).toMatchObject({ status: 404, errorCode: 'NoSuchBucket' });
    expect(reply.body).toContain('<Message>The specified bucket does not exist.</Message>');
  });

  it('answers GET Bucket cors with the document', () => {
    const body = `<?xml version='1.0' encoding='utf-8' ?>
<CORSConfiguration>
	<CORSRule>
		<AllowedOrigin>*</AllowedOrigin>
		<AllowedMethod>GET</AllowedMethod>
		<MaxAgeSeconds>0</MaxAgeSeconds>
	</CORSRule>
</CORSConfiguration>`;
    expect(cosPolicyApi.replies.read(exchange(), { policy })).toEqual({
      status: 200,
      headers: [
        ['Content-Type', 'application/xml'],
        ['Content-Length', String(body.length)],
      ],
      body,
    });
  });

  it('answers GET Bucket cors without a configuration', () => {
    const reply = cosPolicyApi.replies.read(exchange(), undefined);
    expect(reply).toMatchObject({ status: 404, errorCode: 'NoSuchCORSConfiguration' });
  });

  it('answers PUT and DELETE Bucket cors without content', () => {
    expect(cosPolicyApi.replies.stored(exchange())).toEqual({
      status: 200,
      headers: [['Content-Length', '0']],
    });
    expect(cosPolicyApi.replies.deleted(exchange())).toEqual({ status: 204, headers: [] });
  });
});

describe('cosCommonHeaders', () => {
  it('names the server and the request', () => {
    expect(cosCommonHeaders(exchange({}, 'abc'))).toEqual([
      ['Server', 'tencent-cos'],
      ['x-cos-request-id', 'abc'],
    ]);
  });
});

describe('newCosRequestId', () => {
  it('is Base64 of the time and three more numbers, as real ones', () => {
    const id = newCosRequestId(0x5f070356 * 1000 + 999);
    expect(atob(id)).toMatch(/^5f070356_[0-9a-f]{8}_[0-9a-f]+_[0-9a-f]+$/);
  });

  it('is another for each request', () => {
    const ids = Array.from({ length: 1000 }, () => newCosRequestId(0));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
