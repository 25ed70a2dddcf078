import type { FileHandle } from 'node:fs/promises';
import type { ObjectFile } from './index-records.ts';
import type { OpenObject, StoredObject } from './object-store.ts';

const CHUNK_BYTES = 256 * 1024;

/** Where the bytes of an open object come from. */
export interface ObjectSource {
  /** In order. */
  readonly files: readonly ObjectFile[];
  /** Opens one of the files, each at most once. The caller closes it. */
  openFile(id: string): Promise<FileHandle>;
  /** Called once, when nothing more will be opened. */
  release(): Promise<void>;
}

/** An object for reading. It owns its source: reading or `close` closes it. */
export function readObject(object: StoredObject, source: ObjectSource): OpenObject {
  let current: FileHandle | undefined;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      try {
        await current?.close();
      } finally {
        await source.release();
      }
    })();
    return closing;
  };

  /** Reads from one byte of a file to before another. */
  async function* readFile(file: ObjectFile, fileStart: number, from: number, to: number) {
    const handle = await source.openFile(file.id);
    try {
      if (closing) throw new Error(`object ${object.key} was closed while it was read`);
      current = handle;
      for (let position = from; position < to; ) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - position));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) {
          const at = fileStart + position;
          throw new Error(`the file of object ${object.key} ends at byte ${at} of ${object.sizeBytes}`);
        }
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      current = undefined;
      await handle.close();
    }
  }

  async function* readChunks(start: number, lengthBytes: number): AsyncGenerator<Uint8Array, void> {
    const end = start + lengthBytes;
    try {
      let fileStart = 0;
      for (const file of source.files) {
        if (fileStart >= end) break;
        const from = Math.max(start - fileStart, 0);
        const to = Math.min(end - fileStart, file.sizeBytes);
        if (from < to) yield* readFile(file, fileStart, from, to);
        fileStart += file.sizeBytes;
      }
    } finally {
      await close();
    }
  }

  return {
    object,
    read(range) {
      if (range) assertWithin(range, object.sizeBytes);
      const chunks = range
        ? readChunks(range.start, range.end - range.start + 1)
        : readChunks(0, object.sizeBytes);
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => chunks.next(),
          // A generator that was never asked for a value does not run its `finally` when it is ended.
          async return() {
            await close();
            return chunks.return();
          },
        }),
      };
    },
    close,
  };
}

function assertWithin(range: { readonly start: number; readonly end: number }, sizeBytes: number): void {
  const { start, end } = range;
  const integers = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!integers || start < 0 || end < start || end >= sizeBytes)
    throw new RangeError(`bytes ${start} to ${end} are not within an object of ${sizeBytes} bytes`);
}
