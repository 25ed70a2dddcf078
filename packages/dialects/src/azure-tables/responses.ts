import type { RefusalReason, ResponseHeader } from '@crossgate/core';
import { preferredMediaType } from '../accept.ts';
import type { Fault, Replies } from '../dialect.ts';
import type { ErrorReply, Exchange, Reply, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { escapeXml } from '../xml/write-xml.ts';
import { type AzureTablesErrorCode, azureTablesError, missingCorsHeader } from './errors.ts';
import { ERROR_CODE_VERSION, serviceVersion } from './service-version.ts';

const SERVER: ResponseHeader = ['Server', 'Windows-Azure-Table/1.0 Microsoft-HTTPAPI/2.0'];

/** Headers of every answer but that to an allowed preflight, whose documented sample has none of them. */
export function azureTablesCommonHeaders(exchange: Exchange, reply: Reply): readonly ResponseHeader[] {
  const { request, location, requestId } = exchange;
  if (location.operation.kind === 'preflight' && reply.status === 200) return [];
  const version = serviceVersion(request, location.parameters);
  const clientRequestId = safeClientRequestId(exchange);
  return [
    SERVER,
    ['x-ms-request-id', requestId],
    ...(version === undefined ? [] : [['x-ms-version', version] as const]),
    ...(clientRequestId === undefined ? [] : [['x-ms-client-request-id', clientRequestId] as const]),
  ];
}

/** What the client calls its request. Of more than 1 KiB, or with what is no visible ASCII, it is not repeated. */
export function safeClientRequestId({ request }: Exchange): string | undefined {
  const id = headerValue(request, 'x-ms-client-request-id');
  return id !== undefined && /^[\x20-\x7e]{1,1024}$/.test(id) ? id : undefined;
}

export function emptyReply(status: number, headers: readonly ResponseHeader[] = []): ErrorReply {
  return { status, headers: [['Content-Length', '0'], ...headers] };
}

/** An answer with an XML document. */
export function documentReply(status: number, body: string): ErrorReply {
  return {
    status,
    headers: [
      ['Content-Type', 'application/xml'],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    body,
  };
}

const XML = 'application/xml';
const JSON_TYPE = 'application/json';
const METADATA = 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata';

/** The error document of the Table service, as XML or, where the client prefers it, JSON. HEAD has its headers alone. */
export function azureTablesErrorReply(exchange: Exchange, error: ServiceError): ErrorReply {
  const { request, requestId, receivedAt } = exchange;
  // The clock of the service counts in 100 nanoseconds.
  const time = new Date(receivedAt).toISOString().replace('Z', '0000Z');
  const message = `${error.message}\nRequestId:${requestId}\nTime:${time}`;
  const prefersJson = preferredMediaType(headerValue(request, 'accept'), [XML, JSON_TYPE]) === JSON_TYPE;
  const own = prefersJson ? jsonError(error.code, message) : xmlError(exchange, error.code, message);
  const body = request.method === 'HEAD' ? undefined : own.body;
  const length = String(Buffer.byteLength(body ?? ''));
  return {
    status: error.status,
    reason: error.message.split('\n', 1)[0] ?? '',
    headers: [...own.headers, ['Content-Length', length], ...(error.headers ?? [])],
    ...(body !== undefined && { body }),
    errorCode: error.code,
  };
}

interface ErrorDocument {
  readonly headers: readonly ResponseHeader[];
  readonly body: string;
}

function xmlError({ request, location }: Exchange, code: string, message: string): ErrorDocument {
  const version = serviceVersion(request, location.parameters) ?? ERROR_CODE_VERSION;
  const errorCode: readonly ResponseHeader[] =
    version < ERROR_CODE_VERSION ? [] : [['x-ms-error-code', code]];
  return {
    headers: [['Content-Type', XML], ...errorCode],
    body: `<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="${METADATA}"><m:code>${code}</m:code><m:message xml:lang="en-US">${escapeXml(message)}</m:message></m:error>`,
  };
}

function jsonError(code: string, message: string): ErrorDocument {
  return {
    headers: [
      ['Content-Type', 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8'],
      ['Cache-Control', 'no-cache'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: message } } }),
  };
}

/** The service's word for each fault, and what it leaves unsaid. */
const FAULTS = {
  'credentials-missing': [
    'AuthenticationFailed',
    'Sign the request with the key of the account, or with a shared access signature.',
  ],
  'permission-denied': ['AuthorizationPermissionMismatch'],
  'request-malformed': [
    'InvalidInput',
    'The request is not well-formed HTTP: check that its target is percent-encoded, that it has exactly one Host, and no transfer coding but chunked.',
  ],
  'headers-too-large': [
    'OutOfRangeInput',
    'The request line and headers are larger than this service takes.',
  ],
  'request-timeout': ['OperationTimedOut', 'The request did not arrive in time.'],
  'policy-too-large': ['RequestBodyTooLarge'],
  'body-incomplete': [
    'InvalidInput',
    'The body ended before the number of bytes that Content-Length announced.',
  ],
  'method-not-allowed': ['UnsupportedHttpVerb'],
  'no-upstream': [
    'NotImplemented',
    'Crossgate keeps no tables of its own. Start it with --upstream azure-tables=URL to have a table service behind it.',
  ],
  'upstream-unreachable': ['BadGateway', 'There was no connection to the upstream.'],
  'upstream-failed': ['BadGateway', 'The upstream broke off, or what it answered is not HTTP.'],
  'upstream-timeout': ['GatewayTimeout'],
  'rate-limited': [
    'ServerBusy',
    'There are more requests of this client, or for this account, than there may be.',
  ],
  unavailable: ['ServerBusy'],
  internal: ['InternalError'],
} as const satisfies Record<Fault, readonly [code: AzureTablesErrorCode, explanation?: string]>;

export const azureTablesReplies: Replies = {
  preflight: (exchange, decision) => {
    if (decision.kind === 'allowed') {
      const contentType: ResponseHeader = ['Content-Type', 'text/html; charset=UTF-8'];
      return emptyReply(decision.status, [contentType, ...decision.headers]);
    }
    const reply = azureTablesErrorReply(exchange, refusalOf(decision.reason));
    return { ...reply, headers: [...reply.headers, ...decision.headers] };
  },
  unknownTenant: exchange =>
    azureTablesErrorReply(
      exchange,
      azureTablesError('ResourceNotFound', 'An account name has 3 to 24 lower-case letters and digits.'),
    ),
  error: azureTablesErrorReply,
  fault: fault => {
    const [code, explanation]: readonly [AzureTablesErrorCode, string?] = FAULTS[fault];
    return azureTablesError(code, explanation);
  },
};

function refusalOf(reason: RefusalReason): ServiceError {
  if (reason === 'origin-missing') return missingCorsHeader('Origin');
  if (reason === 'method-missing') return missingCorsHeader('Access-Control-Request-Method');
  return azureTablesError('CorsPreflightFailure');
}
