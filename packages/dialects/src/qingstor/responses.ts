import { randomBytes } from 'node:crypto';
import type { ResponseHeader } from '@crossgate/core';
import type { Fault, Replies } from '../dialect.ts';
import type { ErrorReply, Exchange, ServiceError } from '../exchange.ts';
import { nextDigits } from '../request-guid.ts';
import { type QingstorErrorCode, qingstorError } from './errors.ts';

/** Headers of every answer: "Common Headers" of the API reference. */
export function qingstorCommonHeaders(exchange: Exchange): readonly ResponseHeader[] {
  return [
    ['Server', 'QingStor'],
    ['x-qs-request-id', exchange.requestId],
  ];
}

const PROCESS_ID = randomBytes(8).toString('hex');
let startSecond = Number.NaN;
let start = '';

/**
 * 32 hexadecimal digits, unique by process and counter. Every request has them, so that all but the counter is made once a
 * second.
 */
export function newQingstorRequestId(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== startSecond) {
    startSecond = second;
    start = second.toString(16).slice(-8).padStart(8, '0');
  }
  return `${start}${nextDigits()}${PROCESS_ID}`;
}

const EMPTY: readonly ResponseHeader[] = [['Content-Length', '0']];

/** An answer with a JSON document. SDKs compare the media type as a whole, so that it has no parameter. */
export function jsonReply(status: number, body: string, headers: readonly ResponseHeader[] = []): ErrorReply {
  const length = String(Buffer.byteLength(body));
  return {
    status,
    headers: [['Content-Type', 'application/json'], ['Content-Length', length], ...headers],
    body,
  };
}

export function emptyReply(status: number, headers: readonly ResponseHeader[] = []): ErrorReply {
  return { status, headers: status === 204 ? headers : [...EMPTY, ...headers] };
}

const ERROR_PAGE = 'http://docs.qingcloud.com/qingstor/api/error_code.html';

/** The error document of "Error Codes". An answer to HEAD has its status alone. */
export function qingstorErrorReply(exchange: Exchange, error: ServiceError): ErrorReply {
  const { code, message, status, headers } = error;
  if (exchange.request.method === 'HEAD') return { ...emptyReply(status, headers), errorCode: code };
  const body = JSON.stringify({ code, message, request_id: exchange.requestId, url: ERROR_PAGE });
  return { ...jsonReply(status, body, headers), errorCode: code };
}

const FAULTS = {
  'credentials-missing': 'permission_denied',
  'permission-denied': 'permission_denied',
  'request-malformed': 'invalid_request',
  'headers-too-large': 'invalid_request',
  'request-timeout': 'invalid_request',
  'policy-too-large': 'entity_too_large',
  'body-incomplete': 'incomplete_body',
  'method-not-allowed': 'method_not_allowed',
  'no-upstream': 'not_implemented',
  'upstream-unreachable': 'bad_gateway',
  'upstream-failed': 'bad_gateway',
  'upstream-timeout': 'gateway_timeout',
  'rate-limited': 'service_unavailable',
  unavailable: 'service_unavailable',
  internal: 'internal_error',
} as const satisfies Record<Fault, QingstorErrorCode>;

/** Where "Error Codes" has no code of its own; SDKs try again after that of a rate. */
const MESSAGES: Readonly<Partial<Record<Fault, string>>> = {
  'permission-denied': 'The access key may not do this.',
  'rate-limited': 'There are more requests than there may be. Please try again later.',
};

export const qingstorReplies: Replies = {
  preflight: (exchange, decision) => {
    if (decision.kind === 'allowed' || decision.code === undefined) {
      return emptyReply(decision.status, decision.headers);
    }
    const missing = decision.reason === 'origin-missing' ? 'Origin' : 'Access-Control-Request-Method';
    const message = `A preflight needs the header ${missing}.`;
    const reply = qingstorErrorReply(exchange, qingstorError('invalid_argument', message));
    return { ...reply, headers: [...reply.headers, ...decision.headers] };
  },
  unknownTenant: exchange => qingstorErrorReply(exchange, qingstorError('bucket_not_exists')),
  error: qingstorErrorReply,
  fault: fault => qingstorError(FAULTS[fault], MESSAGES[fault]),
};
