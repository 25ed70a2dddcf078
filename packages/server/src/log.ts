import pino, { type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A log of JSON lines on standard error. `close` writes what is still held. */
export function openLog(level: LogLevel): { readonly log: Logger; readonly close: () => void } {
  const destination = pino.destination({ fd: 2, sync: false });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { log, close: () => destination.flushSync() };
}
