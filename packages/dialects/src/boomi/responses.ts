import type { ResponseHeader } from '@crossgate/core';
import { preferredMediaType } from '../accept.ts';
import type { Replies } from '../dialect.ts';
import type { ErrorReply, Exchange, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { escapeXml } from '../xml/write-xml.ts';
import { boomiError } from './errors.ts';

/** No header is known that every answer has, and none tells the id of the request: it is for the log. */
export function boomiCommonHeaders(): readonly ResponseHeader[] {
  return [];
}

const EMPTY: readonly ResponseHeader[] = [['Content-Length', '0']];
const XML = 'application/xml';
const JSON_TYPE = 'application/json';

/**
 * The error document of "API errors": XML, unless the client prefers JSON. An answer to HEAD has its headers alone.
 * There is no `WWW-Authenticate`, upon which a browser would ask its user for a password on behalf of a page.
 */
export function boomiErrorReply({ request }: Exchange, error: ServiceError): ErrorReply {
  const { status, message, headers = [] } = error;
  const isJson = preferredMediaType(headerValue(request, 'accept'), [XML, JSON_TYPE]) === JSON_TYPE;
  const contentType: ResponseHeader = ['Content-Type', isJson ? JSON_TYPE : XML];
  if (request.method === 'HEAD') return { status, headers: [contentType, ...EMPTY, ...headers] };
  const body = isJson
    ? JSON.stringify({ '@type': 'Error', message })
    : `<error><message>${escapeXml(message)}</message></error>`;
  const length: ResponseHeader = ['Content-Length', String(Buffer.byteLength(body))];
  return { status, headers: [contentType, length, ...headers], body };
}

export const boomiReplies: Replies = {
  preflight: (exchange, decision) => {
    const { status, headers } = decision;
    if (decision.kind === 'allowed') return { status, headers: [...EMPTY, ...headers] };
    const reply = boomiErrorReply(exchange, { ...boomiError('preflight-refused'), status });
    return { ...reply, headers: [...reply.headers, ...headers] };
  },
  unknownTenant: exchange => boomiErrorReply(exchange, boomiError('preflight-refused')),
  error: boomiErrorReply,
  fault: fault => boomiError(fault),
};
