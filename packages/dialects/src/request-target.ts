import type { QueryParameter } from './exchange.ts';

/** A request-target taken apart, nothing decoded. */
export interface RequestTarget {
  /** `host[:port]`; empty when the request names none. */
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i;

/**
 * Takes a request-target apart (RFC 9112, section 3.2). In absolute-form its authority counts, not that of the `Host`
 * header. Paths are not normalised: `a/../b` and `%2F` are names of their own to an object store.
 */
export function splitTarget(target: string, host: string): RequestTarget {
  const absolute = target.startsWith('/') ? null : ABSOLUTE_FORM.exec(target);
  const rest = absolute ? target.slice(absolute[0].length) : target;
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return {
    authority: absolute?.[1] ?? host,
    path: path.startsWith('/') ? path : `/${path}`,
    query: mark === -1 ? '' : rest.slice(mark + 1),
  };
}

/** `host[:port]` without the port. */
export function hostWithoutPort(authority: string): string {
  return authority.includes(':') ? authority.replace(/:[0-9]*$/, '') : authority;
}

/** Percent-decodes once, as UTF-8. Undefined when that is not possible. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The parameters of a query, in order. Undefined when one cannot be decoded. */
export function queryParameters(query: string): QueryParameter[] | undefined {
  const parameters: QueryParameter[] = [];
  if (query === '') return parameters;
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeFormText(equals === -1 ? part : part.slice(0, equals));
    const value = decodeFormText(equals === -1 ? '' : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

function decodeFormText(text: string): string | undefined {
  return percentDecode(text.replaceAll('+', ' '));
}
