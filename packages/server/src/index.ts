export { DataDirectoryInUseError } from './data-lock.ts';
export { type LogLevel, openLog } from './log.ts';
export { type RunningServer, serve } from './serve.ts';
export {
  type DialectConfig,
  readServeConfig,
  type ServeConfig,
  type ServeConfigResult,
  UPSTREAM_TIMEOUTS,
  type UpstreamConfig,
} from './serve-config.ts';
export { formatStartUp } from './start-up.ts';
