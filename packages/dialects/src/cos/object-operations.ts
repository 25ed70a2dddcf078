import type { Acl } from '@crossgate/object-store';
import type { Exchange, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { type CopySource, copyObject } from '../objects/copy-object.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { deleteObject } from '../objects/delete-object.ts';
import { getObject } from '../objects/get-object.ts';
import { etagOf, sentAttributes, storedHeaders, storeObject } from '../objects/put-object.ts';
import { cosConventions } from './conventions.ts';
import { readCopySource } from './copy-source.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { EMPTY, xmlReply } from './responses.ts';

/** Asked of an upload, and not done here: refused, rather than passed over in silence. */
const UNSUPPORTED_HEADERS =
  /^x-cos-(?:grant-|forbid-overwrite|callback|tagging|server-side-encryption-(?:customer|cos-kms))/i;

/** PUT Object, and PUT Object - Copy. */
export async function putCosObject(call: DataCall): Promise<DataResult> {
  const { exchange } = call;
  const bucket = calledBucket(call, cosConventions, 'write');
  if (isError(bucket)) return bucket;
  const acl = uploadAcl(exchange);
  if (isError(acl)) return acl;
  const source = readCopySource(exchange);
  if (source) return isError(source) ? source : await copy(call, source, acl.acl);
  const object = await storeObject(call, cosConventions, acl.acl);
  if (isError(object)) return object;
  return { status: 200, headers: [...EMPTY, ...storedHeaders(object, cosConventions)] };
}

/** With `x-cos-metadata-directive: Replaced` the copy has what the request says, else what its source has. */
async function copy(call: DataCall, source: CopySource, acl: Acl | undefined): Promise<DataResult> {
  const { exchange } = call;
  const directive = headerValue(exchange.request, 'x-cos-metadata-directive')?.toLowerCase() ?? 'copy';
  if (directive !== 'copy' && directive !== 'replaced') {
    return cosError('InvalidArgument', 'The x-cos-metadata-directive must be Copy or Replaced.');
  }
  const { crc64Header } = cosConventions;
  const object = await copyObject(call, cosConventions, source, 'x-cos-copy-source-', original => {
    const crc64 = original.attributes.headers.find(([name]) => name === crc64Header)?.[1];
    if (directive === 'replaced') return sentAttributes(exchange, cosConventions, crc64, acl);
    return { headers: original.attributes.headers, ...(acl && { acl }) };
  });
  if (isError(object)) return object;
  const headers = storedHeaders(object, cosConventions).filter(([name]) => name !== 'ETag');
  const document = writeCosDocument([
    'CopyObjectResult',
    [
      ['ETag', etagOf(object)],
      ['LastModified', new Date(object.modifiedAt).toISOString()],
    ],
  ]);
  return xmlReply(200, document, headers);
}

/** The access control list that an upload asks for, when it asks for nothing that is not done here. */
export function uploadAcl(exchange: Exchange): { readonly acl: Acl | undefined } | ServiceError {
  const unsupported = unsupportedHeader(exchange, UNSUPPORTED_HEADERS);
  if (unsupported) return unsupported;
  const value = headerValue(exchange.request, 'x-cos-acl');
  if (!value || value === 'default') return { acl: undefined };
  if (value === 'private' || value === 'public-read') return { acl: value };
  return cosError(
    'InvalidArgument',
    'The x-cos-acl of an object must be one of default, private, public-read.',
  );
}

/** The error for a header that asks for what is not done here. */
export function unsupportedHeader(exchange: Exchange, names: RegExp): ServiceError | undefined {
  const { rawHeaders } = exchange.request;
  const unsupported = rawHeaders.find((name, i) => i % 2 === 0 && names.test(name));
  return unsupported === undefined
    ? undefined
    : cosError('NotImplemented', `The header ${unsupported} is not implemented here.`);
}

/** GET Object and HEAD Object */
export function getCosObject(call: DataCall): Promise<DataResult> {
  return getObject(call, cosConventions);
}

/** DELETE Object */
export function deleteCosObject(call: DataCall): Promise<DataResult> {
  return deleteObject(call, cosConventions);
}
