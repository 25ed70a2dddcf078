import type { StagedBody } from '@crossgate/object-store';
import { parseContentMd5 } from '../content-md5.ts';
import type { ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { BodyTooLargeError, withCrc64 } from './checksums.ts';
import type { ObjectConventions } from './conventions.ts';
import { formatCrc64 } from './crc64.ts';
import type { DataCall } from './data-call.ts';

export interface StagedUpload {
  readonly staged: StagedBody;
  readonly crc64: string;
}

/** Writes the body of a call aside, when it is as its headers announce. */
export async function stageBody(
  { exchange, body, services }: DataCall,
  conventions: ObjectConventions,
): Promise<StagedUpload | ServiceError> {
  const { request } = exchange;
  const problem = (name: Parameters<ObjectConventions['error']>[0]): ServiceError =>
    conventions.error(name, exchange);
  if (body.lengthBytes === undefined && headerValue(request, 'transfer-encoding') === undefined) {
    return problem('length-missing');
  }
  const sent = headerValue(request, 'content-md5');
  const expectedMd5 = sent === undefined ? undefined : parseContentMd5(sent);
  if (expectedMd5 === 'invalid') return problem('digest-malformed');
  if ((body.lengthBytes ?? 0) > conventions.largestBodyBytes) return problem('body-too-large');

  const { crc, stream } = withCrc64(body.stream(), conventions.largestBodyBytes);
  const staged = await services.objects.stage(stream).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  });
  if (!staged) return problem('body-too-large');
  if (expectedMd5 !== undefined && expectedMd5 !== staged.md5) {
    await services.objects.discard(staged);
    return problem('digest-mismatch');
  }
  return { staged, crc64: formatCrc64(crc) };
}
