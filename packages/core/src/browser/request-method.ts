import { isToken } from '../field-name.ts';

const NORMALIZED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const FORBIDDEN: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** The method as it is sent: six are put in upper case, any other stays as it is (Fetch, "normalize" of a method). */
export function normalizeMethod(method: string): string {
  const upper = method.toUpperCase();
  return NORMALIZED.has(upper) ? upper : method;
}

/** Fetch, "forbidden method": in any case. */
export function isForbiddenMethod(method: string): boolean {
  return FORBIDDEN.has(method.toUpperCase());
}

/** Whether a script may ask for it; the constructor throws otherwise. */
export function isRequestMethod(method: string): boolean {
  return isToken(method) && !isForbiddenMethod(method);
}
