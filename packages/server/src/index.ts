export { adminApiDocument } from './admin/routes.ts';
export {
  type BackupOutcome,
  backUpStore,
  type RestoreOutcome,
  restoreStore,
  type VerifyOutcome,
  verifyBackup,
} from './backup-stores.ts';
export { configJsonSchema } from './config/config-file.ts';
export { type LoadConfigFileResult, loadConfigFile } from './config/load-config-file.ts';
export type { ConfigText } from './config/read-config-file.ts';
export { readServeConfig, type ServeConfigResult } from './config/read-serve-config.ts';
export { DataDirectoryInUseError } from './data-lock.ts';
export { type Logger, type LogLevel, openLog } from './log.ts';
export {
  type MigratedStores,
  type MigrationOutcome,
  migrateStores,
} from './migrate-stores.ts';
export type { ArchiveSettings } from './policy-archives.ts';
export type { Reload, ReloadOutcome } from './reload.ts';
export { type RunningServer, serve } from './serve.ts';
export {
  type DialectConfig,
  type Limits,
  type ServeConfig,
  type TlsKeys,
  UPSTREAM_TIMEOUTS,
  type UpstreamConfig,
} from './serve-config.ts';
export { formatPlan, formatStartUp } from './start-up.ts';
