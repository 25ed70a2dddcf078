/** The MD5 of a `Content-MD5` header in lower-case hexadecimal, or `invalid` when it is not 16 bytes in Base64. */
export function parseContentMd5(header: string): string | 'invalid' {
  if (!/^[A-Za-z0-9+/]{22}==$/.test(header)) return 'invalid';
  return Buffer.from(header, 'base64').toString('hex');
}
