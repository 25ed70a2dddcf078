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

/** Base64 of each three hexadecimal digits: 24 bits become four characters. */
const BASE64_OF_DIGITS: readonly string[] = Array.from({ length: 0x1000 }, (_, digits) =>
  btoa(digits.toString(16).padStart(3, '0')),
);

let startSecond = Number.NaN;
let start = '';

/**
 * In the form of real ones: Base64 of the time and three more numbers in hexadecimal, `5f070356_73c82a09_34b3f_…`.
 * Unique by process and counter. Every request has one, so that all but the counter is made once a second.
 */
export function newCosRequestId(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== startSecond) {
    startSecond = second;
    start = btoa(`${second.toString(16)}_${PROCESS_ID}_00000_`);
  }
  requestCounter = (requestCounter + 1) >>> 0;
  const high = BASE64_OF_DIGITS[requestCounter >>> 24];
  const middle = BASE64_OF_DIGITS[(requestCounter >>> 12) & 0xfff];
  return `${start}${high}${middle}${BASE64_OF_DIGITS[requestCounter & 0xfff]}`;
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
} as const satisfies Record<Exclude<Fault, 'credentials-missing' | 'permission-denied'>, CosErrorCode>;

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
    fault === 'credentials-missing' || fault === 'permission-denied'
      ? cosConventions.error('anonymous', exchange)
      : cosError(FAULTS[fault]),
};
