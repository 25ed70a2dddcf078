import { createHash } from 'node:crypto';
import { parseContentMd5 } from './content-md5.ts';
import type { Exchange } from './exchange.ts';
import { headerValue } from './headers.ts';
import type { ObjectProblem } from './objects/conventions.ts';

/** What is wrong with the `Content-MD5` of a body that was read whole; undefined when nothing is, or none was sent. */
export function bodyDigestProblem(
  exchange: Exchange,
  body: Uint8Array,
): Extract<ObjectProblem, 'digest-malformed' | 'digest-mismatch'> | undefined {
  const header = headerValue(exchange.request, 'content-md5');
  if (header === undefined) return undefined;
  const expected = parseContentMd5(header);
  if (expected === 'invalid') return 'digest-malformed';
  return createHash('md5').update(body).digest('hex') === expected ? undefined : 'digest-mismatch';
}
