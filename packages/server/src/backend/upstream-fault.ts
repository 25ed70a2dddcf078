import type { Fault } from '@crossgate/dialects';

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** How the dialect is to tell of an error of undici, or of the connection. */
export function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (TIMEOUTS.has(code)) return 'upstream-timeout';
  if (code === 'UND_ERR_INVALID_ARG') return 'request-malformed';
  // Where several addresses were tried, there is one error for all of them.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { syscall } = first as NodeJS.ErrnoException;
  return syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code.startsWith('ERR_TLS') ||
    code.includes('CERT')
    ? 'upstream-unreachable'
    : 'upstream-failed';
}

/** Whether the connection ended under a request: it may have been the end of one that had been idle for too long. */
export function isLostConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code;
}
