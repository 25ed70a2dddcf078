import type { ResponseHeader } from '@crossgate/core';
import type { Acl, ObjectAttributes, StoredObject } from '@crossgate/object-store';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerPairs, headerValue } from '../headers.ts';
import { isKey, type ObjectConventions, STANDARD_STORAGE } from './conventions.ts';
import { calledBucket, type DataCall, isError } from './data-call.ts';
import { sentHeaders } from './sent-headers.ts';
import { stageBody } from './stage-body.ts';

/** Stores the body of a call as the object that it names. */
export async function storeObject(
  call: DataCall,
  conventions: ObjectConventions,
  acl?: Acl,
): Promise<StoredObject | ServiceError> {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = calledBucket(call, conventions, 'write');
  if (isError(bucket)) return bucket;
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  const upload = await stageBody(call, conventions);
  if (isError(upload)) return upload;
  const attributes = sentAttributes(exchange, conventions, upload.crc64, acl);
  const result = await services.objects.commit(tenant, key, upload.staged, attributes);
  return result.kind === 'committed' ? result.object : conventions.error('bucket-absent', exchange);
}

/** What keeps an upload from being kept with what it says of its object; undefined when nothing does. */
export function attributeProblem(
  exchange: Exchange,
  conventions: ObjectConventions,
): ServiceError | undefined {
  const storageClass = headerValue(exchange.request, conventions.storageClass.header) ?? '';
  if (!/^[A-Za-z_]*$/.test(storageClass)) return conventions.error('storage-class-malformed', exchange);
  let metadataBytes = 0;
  for (const [name, value] of headerPairs(exchange.request)) {
    if (name.toLowerCase().startsWith(conventions.metadataPrefix))
      metadataBytes += name.length + value.length;
  }
  return metadataBytes > conventions.largestMetadataBytes
    ? conventions.error('metadata-too-large', exchange)
    : undefined;
}

/** What is kept with an object beside its bytes: what its upload says, and its CRC-64. */
export function sentAttributes(
  exchange: Exchange,
  conventions: ObjectConventions,
  crc64: string | undefined,
  acl: Acl | undefined,
): ObjectAttributes {
  const headers = sentHeaders(exchange.request, conventions.metadataPrefix);
  const storageClass = sentStorageClass(exchange, conventions);
  if (storageClass) headers.push(storageClass);
  if (conventions.crc64Header !== undefined && crc64 !== undefined)
    headers.push([conventions.crc64Header, crc64]);
  return { headers, ...(acl && { acl }) };
}

function sentStorageClass(
  exchange: Exchange,
  { storageClass }: ObjectConventions,
): ResponseHeader | undefined {
  const { header, tellStandard } = storageClass;
  const sent = headerValue(exchange.request, header)?.toUpperCase() || STANDARD_STORAGE;
  return sent === STANDARD_STORAGE && !tellStandard ? undefined : [header, sent];
}

/** The entity tag of an object, in quotes. */
export function etagOf(object: StoredObject): string {
  return `"${object.etag}"`;
}

/** What an answer to an upload says of the object: its entity tag, and its CRC-64 where the service has one. */
export function storedHeaders(object: StoredObject, { crc64Header }: ObjectConventions): ResponseHeader[] {
  const crc64 = object.attributes.headers.find(([name]) => name === crc64Header);
  return [['ETag', etagOf(object)], ...(crc64 ? [crc64] : [])];
}
