import { randomBytes } from 'node:crypto';
import type { ResponseHeader } from '@crossgate/core';
import type { Fault, Replies } from '../dialect.ts';
import type { ErrorReply, Exchange, ServiceError } from '../exchange.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { cosConventions } from './conventions.ts';
import { writeCosDocument } from './document.ts';
import { type CosErrorCode, cosError } from './errors.ts';

/** Headers of every answer: "Common Response Headers" of the API reference. */
export function cosCommonHeaders(exchange: Exchange): readonly ResponseHeader[] {
  return [
    ['Server', 'tencent-cos'],
    ['x-cos-request-id', exchange.requestId],
  ];
}

let requestCounter = randomBytes(4).readUInt32BE();
const PROCESS_ID = randomBytes(4).toString('hex');

/**
 * In the form of real ones: Base64 of the time and three more numbers in hexadecimal, `5f070356_73c82a09_34b3f_…`.
 * Unique by process and counter.
 */
export function newCosRequestId(now: number): string {
  requestCounter = (requestCounter + 1) >>> 0;
  const time = Math.floor(now / 1000).toString(16);
  const counter = requestCounter.toString(16).padStart(14, '0');
  return btoa(`${time}_${PROCESS_ID}_${counter.slice(0, 5)}_${counter.slice(5)}`);
}

/** Base64 of 128 hexadecimal digits. Only failures have one. */
function newTraceId(): string {
  return btoa(randomBytes(64).toString('hex'));
}

export const EMPTY: readonly ResponseHeader[] = [['Content-Length', '0']];

/** An answer with an XML document. */
export function xmlReply(status: number, body: string, headers: readonly ResponseHeader[] = []): ErrorReply {
  const length = String(Buffer.byteLength(body));
  return {
    status,
    headers: [['Content-Type', 'application/xml'], ['Content-Length', length], ...headers],
    body,
  };
}

/** The error document of "Error Responses", byte for byte. An answer to HEAD has its headers alone. */
export function cosErrorReply(exchange: Exchange, error: ServiceError): ErrorReply {
  const { location, request, requestId } = exchange;
  const traceId = newTraceId();
  const fields: XmlNode[] = [
    ['Code', error.code],
    ['Message', error.message],
    ...(error.details ?? []),
    ['Resource', `${location.authority}${location.path}`],
    ['RequestId', requestId],
    ['TraceId', traceId],
  ];
  const headers: ResponseHeader[] = [['x-cos-trace-id', traceId], ...(error.headers ?? [])];
  if (request.method === 'HEAD') {
    const contentType: ResponseHeader = ['Content-Type', 'application/xml'];
    return { status: error.status, headers: [contentType, ...EMPTY, ...headers], errorCode: error.code };
  }
  const body = writeCosDocument(['Error', fields]);
  return { ...xmlReply(error.status, body, headers), errorCode: error.code };
}

const FAULTS = {
  'request-malformed': 'InvalidRequest',
  'headers-too-large': 'RequestHeaderSectionTooLarge',
  'request-timeout': 'RequestTimeOut',
  'policy-too-large': 'XMLSizeLimit',
  'body-incomplete': 'IncompleteBody',
  'method-not-allowed': 'MethodNotAllowed',
  'no-upstream': 'NotImplemented',
  'upstream-unreachable': 'BadGateway',
  'upstream-failed': 'BadGateway',
  'upstream-timeout': 'GatewayTimeout',
  'rate-limited': 'SlowDown',
  unavailable: 'ServiceUnavailable',
  internal: 'InternalError',
} as const satisfies Record<Exclude<Fault, 'credentials-missing'>, CosErrorCode>;

export const cosReplies: Replies = {
  preflight: (exchange, decision) => {
    if (decision.kind === 'allowed') {
      return { status: decision.status, headers: [...EMPTY, ...decision.headers] };
    }
    const { status, code = 'AccessForbidden' } = decision;
    const reply = cosErrorReply(exchange, { ...cosError('AccessForbidden'), status, code });
    return { ...reply, headers: [...reply.headers, ...decision.headers] };
  },
  unknownTenant: exchange => cosErrorReply(exchange, cosError('NoSuchBucket')),
  error: cosErrorReply,
  fault: (fault, exchange) =>
    fault === 'credentials-missing' ? cosConventions.error('anonymous', exchange) : cosError(FAULTS[fault]),
};
