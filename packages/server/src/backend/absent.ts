import type { Dialect } from '@crossgate/dialects';
import type { Backend } from './backend.ts';

/** Nothing: preflights and policies are answered, data requests are told what is missing. */
export function absentBackend(dialect: Dialect): Backend {
  return {
    tenantExists: () => 'unknown',
    handle: ({ exchange }) =>
      Promise.resolve(dialect.replies.error(exchange, dialect.replies.fault('no-upstream', exchange))),
    retire: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
