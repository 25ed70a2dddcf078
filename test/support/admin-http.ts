/** The admin API over `node:http`, on a fresh connection each time. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { splitAddress } from './cos-http.ts';

export interface AdminRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

export interface AdminResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

export type SendToAdmin = (path: string, request?: AdminRequest) => Promise<AdminResponse>;

/** `address` is `host:port` of the admin API. */
export function adminApi(address: string): SendToAdmin {
  const [hostname, port] = splitAddress(address);
  return async (path, { method = 'GET', headers = {}, body } = {}) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers, agent: false });
    outgoing.end(asSent(body));
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    // A server may answer before it has read all, and then close.
    outgoing.on('error', () => {});
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) };
  };
}

function asSent(body: unknown): string | Uint8Array | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return body === undefined ? undefined : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function policyPath(tenant: string, dialect = 'cos'): string {
  return `/api/v1/tenants/${dialect}/${encodeURIComponent(tenant)}/policy`;
}

/** A policy of one rule that lets one origin read. */
export function policyFor(origin: string, rule: Readonly<Record<string, unknown>> = {}): object {
  return { rules: [{ allowedOrigins: [origin], allowedMethods: ['GET'], ...rule }] };
}
