import { createHash } from 'node:crypto';
import type { Acl, StoredObject, Upload, UploadedPart } from '@crossgate/object-store';
import type { ServiceError } from '../exchange.ts';
import { withCrc64 } from './checksums.ts';
import { isKey, type ObjectConventions } from './conventions.ts';
import { type CopySource, openSource, readSourceRange } from './copy-object.ts';
import { formatCrc64 } from './crc64.ts';
import { combineCrc64 } from './crc64-combine.ts';
import { calledBucket, type DataCall, type DataResult, isError } from './data-call.ts';
import { sentAttributes } from './put-object.ts';
import { stageBody } from './stage-body.ts';

/** Of one upload. */
export const MOST_PARTS = 10_000;

/** A part as a completion names it. Without an ETag it is taken as it is. */
export interface NamedPart {
  readonly number: number;
  /** With or without quotes. */
  readonly etag?: string;
}

/** Begins the multipart upload of the object that a call names. */
export async function startUpload(
  call: DataCall,
  conventions: ObjectConventions,
  acl?: Acl,
): Promise<Upload | ServiceError> {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = calledBucket(call, conventions, 'write');
  if (isError(bucket)) return bucket;
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  const attributes = sentAttributes(exchange, conventions, undefined, acl);
  const upload = await services.objects.createUpload(tenant, key, attributes);
  return upload === 'no-such-bucket' ? conventions.error('bucket-absent', exchange) : upload;
}

/** The upload that a call names by its parameter, when it exists and the caller may go on with it. */
export function calledUpload(
  call: DataCall,
  conventions: ObjectConventions,
  id: string,
): Upload | ServiceError {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = calledBucket(call, conventions, 'write');
  if (isError(bucket)) return bucket;
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  return services.objects.upload({ bucket: tenant, key, id }) ?? conventions.error('upload-absent', exchange);
}

/** Reads a part number as it stands in a query or a document. */
export function readPartNumber(text: string, { firstPart }: ObjectConventions): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= firstPart && number < firstPart + MOST_PARTS ? number : undefined;
}

/** Stores the body of a call as a part. */
export async function storePart(
  call: DataCall,
  conventions: ObjectConventions,
  upload: Upload,
  number: number,
): Promise<UploadedPart | ServiceError> {
  const body = await stageBody(call, conventions);
  if (isError(body)) return body;
  const { objects } = call.services;
  const result = await objects.commitPart(upload, number, body.staged, body.crc64);
  return result.kind === 'committed' ? result.part : conventions.error('upload-absent', call.exchange);
}

/** Stores another object, or the bytes of it that a header names, as a part. */
export async function copyPart(
  call: DataCall,
  conventions: ObjectConventions,
  upload: Upload,
  number: number,
  source: CopySource,
  headers: { readonly conditionPrefix: string; readonly range: string },
): Promise<UploadedPart | ServiceError> {
  const { exchange } = call;
  const { objects } = call.services;
  const open = await openSource(call, conventions, source, headers.conditionPrefix);
  if (isError(open)) return open;
  const { sizeBytes } = open.object;
  const range = readSourceRange(exchange, headers.range, sizeBytes);
  const wantedBytes = typeof range === 'object' ? range.end - range.start + 1 : sizeBytes;
  if (range === 'invalid' || wantedBytes > conventions.largestBodyBytes) {
    await open.close();
    return conventions.error(range === 'invalid' ? 'range-unsatisfiable' : 'body-too-large', exchange);
  }
  const { crc, stream } = withCrc64(open.read(range), conventions.largestBodyBytes);
  const staged = await objects.stage(stream);
  const result = await objects.commitPart(upload, number, staged, formatCrc64(crc));
  return result.kind === 'committed' ? result.part : conventions.error('upload-absent', exchange);
}

/** Makes the object of the named parts, in their order. */
export async function completeUpload(
  call: DataCall,
  conventions: ObjectConventions,
  upload: Upload,
  named: readonly NamedPart[],
): Promise<StoredObject | ServiceError> {
  const { exchange, services } = call;
  const problem = (name: Parameters<ObjectConventions['error']>[0]): ServiceError =>
    conventions.error(name, exchange);
  if (named.length === 0 || named.length > MOST_PARTS) return problem('part-absent');
  const there = services.objects.listParts(upload, { limit: MOST_PARTS });
  if (!there) return problem('upload-absent');
  const byNumber = new Map(there.map(part => [part.number, part]));
  const parts: UploadedPart[] = [];
  for (const { number, etag } of named) {
    const part = byNumber.get(number);
    if (!part || (etag !== undefined && etag.replaceAll('"', '') !== part.md5)) return problem('part-absent');
    if ((parts.at(-1)?.number ?? -1) >= part.number) return problem('part-order');
    parts.push(part);
  }
  if (parts.slice(0, -1).some(part => part.sizeBytes < conventions.smallestPartBytes)) {
    return problem('part-too-small');
  }
  const crc64 = wholeCrc64(parts);
  const headers =
    conventions.crc64Header === undefined || crc64 === undefined
      ? upload.attributes.headers
      : [...upload.attributes.headers, [conventions.crc64Header, crc64] as const];
  const result = await services.objects.completeUpload(upload, parts, {
    etag: wholeEtag(parts),
    attributes: { ...upload.attributes, headers },
  });
  switch (result.kind) {
    case 'committed':
      return result.object;
    case 'no-such-upload':
      return problem('upload-absent');
    case 'part-mismatch':
      return problem('part-absent');
    default:
      return result satisfies never;
  }
}

/** The MD5 of the parts' MD5s, and how many they are: what object services answer for multipart objects. */
function wholeEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const { md5 } of parts) hash.update(md5, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

function wholeCrc64(parts: readonly UploadedPart[]): string | undefined {
  let whole = '0';
  for (const { checksum, sizeBytes } of parts) {
    if (checksum === undefined) return undefined;
    whole = combineCrc64(whole, checksum, sizeBytes);
  }
  return whole;
}

/** Gives up an upload, and its parts with it. */
export async function abortUpload(
  call: DataCall,
  conventions: ObjectConventions,
  upload: Upload,
): Promise<DataResult> {
  const aborted = await call.services.objects.abortUpload(upload);
  return aborted ? { status: 204, headers: [] } : conventions.error('upload-absent', call.exchange);
}
