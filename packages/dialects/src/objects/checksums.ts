import { type Crc64, newCrc64, updateCrc64 } from './crc64.ts';

/** Thrown out of a body that turns out to be longer than the service takes. */
export class BodyTooLargeError extends Error {
  constructor(limitBytes: number) {
    super(`the body has more than ${limitBytes} bytes`);
    this.name = 'BodyTooLargeError';
  }
}

/** The body as it passes, with its CRC-64; `crc` is complete when the stream has ended. */
export function withCrc64(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): { readonly crc: Crc64; readonly stream: AsyncIterable<Uint8Array> } {
  const crc = newCrc64();
  async function* pass(): AsyncGenerator<Uint8Array> {
    let lengthBytes = 0;
    for await (const chunk of body) {
      lengthBytes += chunk.length;
      if (lengthBytes > limitBytes) throw new BodyTooLargeError(limitBytes);
      updateCrc64(crc, chunk);
      yield chunk;
    }
  }
  return { crc, stream: pass() };
}
