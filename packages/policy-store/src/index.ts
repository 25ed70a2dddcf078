export type { PastRevision, PolicyArchive, PolicySource, TenantHistory } from './archive.ts';
export { BackupError } from './backup/backup-error.ts';
export type { BackupContents } from './backup/backup-lines.ts';
export { type BackupCheckOptions, type BackupFile, openBackup } from './backup/read-backup.ts';
export {
  type BackupOptions,
  type BackupProgress,
  type BackupReport,
  writeBackup,
} from './backup/write-backup.ts';
export { isEtcdEndpoint } from './etcd/endpoint.ts';
export {
  type EtcdPolicyStore,
  type EtcdPolicyStoreOptions,
  type EtcdStatus,
  openEtcdPolicyStore,
} from './etcd/etcd.ts';
export type { EtcdConnection } from './etcd/etcd-client.ts';
export type { ReplicationLog } from './etcd/replication.ts';
export { type LmdbPolicyStore, type LmdbPolicyStoreOptions, openLmdbPolicyStore } from './lmdb.ts';
export { type MemoryPolicyStoreOptions, openMemoryPolicyStore } from './memory.ts';
export {
  type MigrationOptions,
  type MigrationProgress,
  type MigrationReport,
  migratePolicies,
} from './migrate.ts';
export {
  type Expected,
  HISTORY_LIMIT,
  type ListOptions,
  type PolicyRevision,
  type PolicyStore,
  type PolicyUpdate,
  type StopWatch,
  type StoredPolicy,
  type TenantKey,
  type WatchEvent,
  type WatchOptions,
  type WriteResult,
} from './policy-store.ts';
export { RecentlySeen } from './recently-seen.ts';
export {
  openStoredHistories,
  type StoredHistories,
  type StoredHistoriesOptions,
} from './stored-histories.ts';
export { PolicyStoreUnavailableError } from './unavailable.ts';
