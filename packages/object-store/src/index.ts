export type {
  Acl,
  Bucket,
  CommitResult,
  CreateBucketResult,
  DeleteBucketResult,
  ListObjectsOptions,
  ObjectAttributes,
  ObjectListing,
  ObjectStore,
  OpenObject,
  StagedBody,
  StoredObject,
} from './object-store.ts';
export { type OpenObjectStoreOptions, openObjectStore } from './open-object-store.ts';
