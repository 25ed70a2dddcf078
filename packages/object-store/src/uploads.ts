import { MAX_PART_NUMBER } from './index-keys.ts';
import { toStoredObject, toUploadedPart } from './index-records.ts';
import type { ObjectContents } from './object-contents.ts';
import type { ObjectStore, PartName, UploadRef } from './object-store.ts';
import { bucketNameBytes, keyBytes } from './storable-names.ts';
import type { PutPartResult, UploadIndex } from './upload-index.ts';

type Uploads = Pick<
  ObjectStore,
  | 'createUpload'
  | 'upload'
  | 'listUploads'
  | 'commitPart'
  | 'listParts'
  | 'completeUpload'
  | 'abortUpload'
  | 'removeAbandonedUploads'
>;

/** The part of the object store that is about uploads. */
export function openUploads(index: UploadIndex, contents: ObjectContents): Uploads {
  // INVARIANT: a file that the index may name is not removed. A write that failed could yet have been made, and the upload
  // completed since, so it is only when the upload is there that its part says which file is not named.
  function mayName(upload: UploadRef, number: number, fileId: string): boolean {
    try {
      return index.get(upload) === undefined || index.partFileId(upload, number) === fileId;
    } catch {
      return true;
    }
  }

  async function abort(upload: UploadRef): Promise<boolean> {
    const fileIds = await index.remove(upload);
    if (fileIds) await contents.removeFiles(fileIds);
    return fileIds !== undefined;
  }

  return {
    async createUpload(bucket, key, attributes) {
      return index.create(bucket, key, attributes);
    },
    upload: index.get,
    listUploads: index.list,
    async commitPart(upload, number, body, checksum) {
      await contents.publish(body, () => {
        bucketNameBytes(upload.bucket);
        keyBytes(upload.key);
        if (!Number.isInteger(number) || number < 0 || number > MAX_PART_NUMBER)
          throw new RangeError(`the number of the part is ${number}`);
      });
      const { id: fileId, sizeBytes, md5 } = body;
      let result: PutPartResult;
      try {
        const part = { fileId, sizeBytes, md5, ...(checksum !== undefined && { checksum }) };
        result = await index.putPart(upload, number, part);
      } catch (error) {
        if (!mayName(upload, number, fileId)) await contents.removeFiles([fileId]);
        throw error;
      }
      if (result.kind === 'no-such-upload') {
        await contents.removeFiles([fileId]);
        return result;
      }
      if (result.replacedFileId !== undefined) await contents.removeFiles([result.replacedFileId]);
      return { kind: 'committed', part: toUploadedPart(number, result.record) };
    },
    listParts: index.parts,
    async completeUpload(upload, parts, completion) {
      assertAscending(parts);
      const result = await index.complete(upload, parts, completion);
      if (result.kind !== 'put') return result;
      await contents.removeFiles(result.unusedFileIds);
      if (result.replaced) await contents.removeReleased(result.replaced);
      return { kind: 'committed', object: toStoredObject(upload.key, result.record) };
    },
    abortUpload: abort,
    async removeAbandonedUploads(startedBefore) {
      let removed = 0;
      for (const upload of index.startedBefore(startedBefore)) if (await abort(upload)) removed++;
      return removed;
    },
  };
}

function assertAscending(parts: readonly PartName[]): void {
  if (parts.length === 0) throw new RangeError('an object needs a part');
  let last = -1;
  for (const { number } of parts) {
    if (!(number > last)) throw new RangeError(`the number of a part is ${number}, after ${last}`);
    last = number;
  }
}
