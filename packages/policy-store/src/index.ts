export { type LmdbPolicyStoreOptions, openLmdbPolicyStore } from './lmdb.ts';
export { type MemoryPolicyStoreOptions, openMemoryPolicyStore } from './memory.ts';
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
