export { DataDirectoryInUseError } from './data-lock.ts';
export { type LogLevel, openLog } from './log.ts';
export { type RunningServer, serve } from './serve.ts';
export { readServeConfig, type ServeConfig, type ServeConfigResult } from './serve-config.ts';
export { formatStartUp } from './start-up.ts';
