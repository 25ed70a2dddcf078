import type { Fault } from '@crossgate/dialects';

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

type UpstreamFault = Extract<Fault, `upstream-${string}`>;

/** What an upstream does wrong, as it is counted: what the client is told, or that its answer was cut off. */
export type UpstreamFailure = UpstreamFault | 'upstream-broke-off';

/** How the dialect is to tell of an error of undici, or of the connection. */
export function faultOf(error: unknown): UpstreamFault | 'request-malformed' {
  const { code, syscall } = firstOf(error);
  if (TIMEOUTS.has(code)) return 'upstream-timeout';
  if (code === 'UND_ERR_INVALID_ARG') return 'request-malformed';
  return syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code.startsWith('ERR_TLS') ||
    code.includes('CERT')
    ? 'upstream-unreachable'
    : 'upstream-failed';
}

/** Whether the connection ended under a request: it may have been the end of one that had been idle for too long. */
export function isLostConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(firstOf(error).code);
}

/** Whether the request was given up here, when its backend was closed: the upstream did nothing wrong. */
export function isGivenUp(error: unknown): boolean {
  return firstOf(error).code === 'UND_ERR_DESTROYED';
}

/**
 * What is logged of such an error. Its other properties are of no use to a reader, such as a certificate, or are not
 * ours to keep: bytes of an answer that could not be parsed.
 */
export function describeError(error: unknown): { readonly reason: string; readonly code?: string } {
  const { code, message } = firstOf(error);
  return { reason: message, ...(code && { code }) };
}

interface SystemError {
  readonly code: string;
  readonly message: string;
  readonly syscall: string | undefined;
}

/** Where several addresses were tried, there is one error for all of them. */
function firstOf(error: unknown): SystemError {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = '', message, syscall } = first as NodeJS.ErrnoException;
  return { code, message, syscall };
}
