/** No key of an object is longer. */
export const MAX_KEY_BYTES = 1024;
const MAX_BUCKET_NAME_BYTES = 255;

/**
 * The UTF-8 bytes of a text.
 *
 * @throws TypeError when it has a lone surrogate: UTF-8 has no bytes for one, and two such texts would become the same.
 */
export function utf8Bytes(text: string, what: string): Buffer {
  // With the `u` flag, this matches a surrogate only where it is not half of a pair.
  if (/\p{Surrogate}/u.test(text)) throw new TypeError(`${what} has a lone surrogate`);
  return Buffer.from(text, 'utf8');
}

/**
 * The UTF-8 bytes of a bucket's name.
 *
 * @throws TypeError when it has a lone surrogate or a NUL; RangeError when it is empty or longer than 255 bytes.
 */
export function bucketNameBytes(name: string): Buffer {
  const bytes = utf8Bytes(name, 'the bucket name');
  if (bytes.includes(0)) throw new TypeError('the bucket name has a NUL');
  if (bytes.length === 0 || bytes.length > MAX_BUCKET_NAME_BYTES)
    throw new RangeError(`the bucket name is not 1 to ${MAX_BUCKET_NAME_BYTES} bytes long`);
  return bytes;
}

/**
 * The UTF-8 bytes of an object's key.
 *
 * @throws TypeError when it has a lone surrogate; RangeError when it is longer than 1,024 bytes.
 */
export function keyBytes(key: string): Buffer {
  const bytes = utf8Bytes(key, 'the key');
  if (bytes.length > MAX_KEY_BYTES) throw new RangeError(`the key is longer than ${MAX_KEY_BYTES} bytes`);
  return bytes;
}
