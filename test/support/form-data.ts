/** `multipart/form-data` (RFC 7578) as browsers write it, byte for byte. */
export const BOUNDARY = '----CrossgateTestBoundary';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

export interface FormFile {
  readonly name?: string;
  readonly type?: string;
  readonly content: string | Uint8Array;
}

/** The fields in their order, then the file, when there is one. */
export function formBody(fields: Readonly<Record<string, string>>, file?: FormFile): Buffer {
  const parts: (string | Uint8Array)[] = [];
  for (const [name, value] of Object.entries(fields)) {
    parts.push(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  }
  if (file) {
    const { name = 'a.txt', type = 'text/plain', content } = file;
    const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
    parts.push(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: ${type}\r\n\r\n`, content, '\r\n');
  }
  parts.push(`--${BOUNDARY}--\r\n`);
  return Buffer.concat(parts.map(part => Buffer.from(part)));
}
