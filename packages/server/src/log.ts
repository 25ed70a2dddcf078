import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A log of JSON lines on standard error. `close` writes what is still held. */
export function openLog(level: LogLevel): { readonly log: Logger; readonly close: () => void } {
  const destination = pino.destination({ fd: 2, sync: false });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { log, close: () => destination.flushSync() };
}
