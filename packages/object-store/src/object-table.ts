import { type ObjectFile, type ObjectRecord, readable, toObjectRecord } from './index-records.ts';
import type { IndexTables } from './index-tables.ts';
import type { StoredObject } from './object-store.ts';

/** The files of an object that was replaced or deleted: the index names them no more. */
export interface ReleasedFiles {
  /** When the object had a list of files: readers of it may still want them. */
  readonly fileListId: string | undefined;
  readonly fileIds: readonly string[];
}

export function readObjectRecord({ objects }: IndexTables, key: Buffer): ObjectRecord | undefined {
  const written = objects.get(key);
  return written && toObjectRecord(written);
}

/** The files of a list, unless its object is gone and the list with it. */
export function readFileList({ fileLists }: IndexTables, id: string): readonly ObjectFile[] | undefined {
  const list = fileLists.get(Buffer.from(id));
  return list && readable(list, 'a list of files in the index').files;
}

/** Within a transaction: puts an object in place of the one there was, and gives the files of that one. */
export function replaceObject(
  tables: IndexTables,
  key: Buffer,
  record: ObjectRecord,
): ReleasedFiles | undefined {
  const released = releaseFiles(tables, key);
  tables.objects.putSync(key, record);
  return released;
}

/** Within a transaction: removes an object, when it is the one that is meant, and gives its files. */
export function removeObject(
  tables: IndexTables,
  key: Buffer,
  only?: StoredObject,
): ReleasedFiles | undefined {
  const record = only && readObjectRecord(tables, key);
  if (record && (record.modifiedAt !== only.modifiedAt || record.etag !== only.etag)) return undefined;
  const released = releaseFiles(tables, key);
  if (released) tables.objects.removeSync(key);
  return released;
}

function releaseFiles(tables: IndexTables, key: Buffer): ReleasedFiles | undefined {
  const record = readObjectRecord(tables, key);
  if (!record) return undefined;
  if ('fileId' in record) return { fileListId: undefined, fileIds: [record.fileId] };
  const { fileListId } = record;
  const files = readFileList(tables, fileListId) ?? [];
  tables.fileLists.removeSync(Buffer.from(fileListId));
  return { fileListId, fileIds: files.map(file => file.id) };
}
