import type { StoredObject } from '@crossgate/object-store';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerPairs, headerValue } from '../headers.ts';
import { type CopySource, copyObject } from '../objects/copy-object.ts';
import { type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { deleteObject } from '../objects/delete-object.ts';
import { getObject } from '../objects/get-object.ts';
import { sentAttributes, storedHeaders, storeObject } from '../objects/put-object.ts';
import { percentDecode } from '../request-target.ts';
import { isBucketName } from './bucket-name.ts';
import { qingstorConventions } from './conventions.ts';
import { qingstorError } from './errors.ts';
import { emptyReply } from './responses.ts';

/** Asked of an upload, and not done here: refused, rather than passed over in silence. */
const UNSUPPORTED_HEADERS = /^x-qs-(?:fetch-source|encryption-customer)/i;

/** PUT Object, and PUT Object - Copy, - Move. */
export async function putQingstorObject(call: DataCall): Promise<DataResult> {
  const { exchange } = call;
  const unsupported = headerPairs(exchange.request).find(([name]) => UNSUPPORTED_HEADERS.test(name));
  if (unsupported) return qingstorError('invalid_request', `${unsupported[0]} is not implemented here.`);
  const copied = readSource(exchange, 'x-qs-copy-source');
  const moved = readSource(exchange, 'x-qs-move-source');
  if (copied && moved) {
    return qingstorError('invalid_argument', 'x-qs-copy-source and x-qs-move-source exclude each other.');
  }
  const source = copied ?? moved;
  if (!source) {
    const object = await storeObject(call, qingstorConventions);
    return isError(object) ? object : emptyReply(201, storedHeaders(object, qingstorConventions));
  }
  if (isError(source)) return source;
  return moved ? await moveObject(call, source) : await copy(call, source);
}

/**
 * With `x-qs-metadata-directive: full`, or `replace` as the SDKs have it, the copy has what the request says, else what
 * its source has.
 */
async function copy(call: DataCall, source: CopySource): Promise<DataResult> {
  const { exchange } = call;
  const directive = headerValue(exchange.request, 'x-qs-metadata-directive')?.toLowerCase() ?? 'copy';
  if (!['copy', 'full', 'replace'].includes(directive)) {
    return qingstorError('invalid_argument', 'x-qs-metadata-directive must be copy, full or replace.');
  }
  const object = await copyObject(call, qingstorConventions, source, 'x-qs-copy-source-', original =>
    directive === 'copy'
      ? original.attributes
      : sentAttributes(exchange, qingstorConventions, undefined, undefined),
  );
  return isError(object) ? object : emptyReply(201, storedHeaders(object, qingstorConventions));
}

async function moveObject(call: DataCall, source: CopySource): Promise<DataResult> {
  const { exchange, services, authorization } = call;
  const { tenant, resource } = exchange.location;
  if (authorization.kind !== 'signed') return qingstorConventions.error('anonymous', exchange);
  let copied: StoredObject | undefined;
  const object = await copyObject(call, qingstorConventions, source, 'x-qs-move-source-', original => {
    copied = original;
    return original.attributes;
  });
  if (isError(object)) return object;
  if (source.bucket !== tenant || source.key !== resource) {
    // What was written over the source meanwhile is not what was moved, and stays.
    await services.objects.deleteObject(source.bucket, source.key, copied);
  }
  return emptyReply(201, storedHeaders(object, qingstorConventions));
}

/** `/bucket/object`, percent-encoded. */
export function readSource(exchange: Exchange, header: string): CopySource | ServiceError | undefined {
  const sent = headerValue(exchange.request, header);
  if (sent === undefined) return undefined;
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(percentDecode(sent) ?? '') ?? [];
  if (bucket && key && isBucketName(bucket)) return { bucket, key };
  return qingstorError('invalid_argument', `${header} must be /<bucket>/<object>, percent-encoded.`);
}

/** GET Object and HEAD Object */
export function getQingstorObject(call: DataCall): Promise<DataResult> {
  return getObject(call, qingstorConventions);
}

/** DELETE Object */
export function deleteQingstorObject(call: DataCall): Promise<DataResult> {
  return deleteObject(call, qingstorConventions);
}
