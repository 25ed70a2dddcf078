import type { FileHandle } from 'node:fs/promises';
import type { OpenObject, StoredObject } from './object-store.ts';

const CHUNK_BYTES = 256 * 1024;

/** An object whose file is open, for reading. It owns the file: reading or `close` closes it. */
export function readObject(object: StoredObject, file: FileHandle): OpenObject {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= file.close();
    return closing;
  };

  async function* readChunks(start: number, lengthBytes: number): AsyncGenerator<Uint8Array, void> {
    let position = start;
    const end = start + lengthBytes;
    try {
      while (position < end) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0)
          throw new Error(`the file of object ${object.key} ends at byte ${position} of ${object.sizeBytes}`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
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
