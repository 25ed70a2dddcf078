import type { ObjectAttributes, OpenObject, StoredObject } from '@crossgate/object-store';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import type { ByteRange } from './byte-range.ts';
import { isKey, type ObjectConventions } from './conventions.ts';
import { accessProblem, calledBucket, type DataCall, isError } from './data-call.ts';
import { evaluatePreconditions } from './preconditions.ts';
import { etagOf } from './put-object.ts';

/** An object that a request names as the source of another. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Makes the object that a call names a copy of another, with the other's attributes, or with those that `attributes`
 * makes of them. Conditions on the source are read from headers that begin with `conditionPrefix`.
 */
export async function copyObject(
  call: DataCall,
  conventions: ObjectConventions,
  source: CopySource,
  conditionPrefix: string,
  attributes: (source: StoredObject) => ObjectAttributes,
): Promise<StoredObject | ServiceError> {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = calledBucket(call, conventions, 'write');
  if (isError(bucket)) return bucket;
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  const open = await openSource(call, conventions, source, conditionPrefix);
  if (isError(open)) return open;
  const { object } = open;
  if (object.sizeBytes > conventions.largestBodyBytes) {
    await open.close();
    return conventions.error('body-too-large', exchange);
  }
  const staged = await services.objects.stage(open.read());
  const result = await services.objects.commit(tenant, key, staged, attributes(object));
  return result.kind === 'committed' ? result.object : conventions.error('bucket-absent', exchange);
}

/** Opens the source of a copy, when the caller may read it and its conditions hold. */
export async function openSource(
  call: DataCall,
  conventions: ObjectConventions,
  source: CopySource,
  conditionPrefix: string,
): Promise<OpenObject | ServiceError> {
  const { exchange, services } = call;
  const bucket = services.objects.bucket(source.bucket);
  if (!bucket) return conventions.error('bucket-absent', exchange);
  if (!isKey(source.key, conventions)) return conventions.error('key-length', exchange);
  const open = await services.objects.open(source.bucket, source.key);
  const { authorization } = call;
  // To the holder of a key for one bucket any other is a stranger's.
  const isForeign =
    authorization.kind === 'signed' && ![undefined, source.bucket].includes(authorization.tenant);
  const reader: DataCall = isForeign ? { ...call, authorization: { kind: 'anonymous' } } : call;
  const problem = accessProblem(reader, conventions, open?.object.attributes.acl ?? bucket.acl, 'read');
  if (problem || !open) {
    await open?.close();
    return problem ?? conventions.error('object-absent', exchange);
  }
  const { object } = open;
  const validators = { etag: etagOf(object), modifiedAt: object.modifiedAt };
  if (evaluatePreconditions(exchange.request, validators, conditionPrefix) === 'proceed') return open;
  await open.close();
  return conventions.error('precondition-failed', exchange);
}

/** The bytes that a header wants of the source of a copy; undefined for all. */
export function readSourceRange(
  { request }: Exchange,
  header: string,
  sizeBytes: number,
): ByteRange | 'invalid' | undefined {
  const sent = headerValue(request, header);
  if (sent === undefined) return undefined;
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(sent) ?? [];
  const range = { start: Number(first), end: Number(last) };
  return range.start <= range.end && range.end < sizeBytes ? range : 'invalid';
}
