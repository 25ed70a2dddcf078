import type { RequestHead } from './exchange.ts';
import { headerValue } from './headers.ts';

/** In which a request can ask for another method than its own, where an upstream goes by it. */
const OVERRIDES = ['x-http-method', 'x-http-method-override', 'x-method-override'] as const;

/** What a method is for (RFC 9110, section 9.2.1): only the safe ones change nothing. */
export function methodAccess(request: RequestHead): 'read' | 'write' {
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  return isSafe && !OVERRIDES.some(name => headerValue(request, name) !== undefined) ? 'read' : 'write';
}
