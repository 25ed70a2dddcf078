import type { ResponseHeader } from '@crossgate/core';
import type { Acl, OpenObject, StoredObject } from '@crossgate/object-store';
import { parseContentMd5 } from '../content-md5.ts';
import type { Exchange, Reply, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { parseByteRange } from '../objects/byte-range.ts';
import { BodyTooLargeError, withCrc64 } from '../objects/checksums.ts';
import { formatCrc64 } from '../objects/crc64.ts';
import { evaluatePreconditions, rangeApplies } from '../objects/preconditions.ts';
import { asHeaderValue, sentHeaders } from '../objects/sent-headers.ts';
import { accessProblem } from './access.ts';
import type { CosCall } from './data-api.ts';
import { cosError } from './errors.ts';
import { cosErrorReply, EMPTY } from './responses.ts';

const CRC64 = 'x-cos-hash-crc64ecma';
const STORAGE_CLASS = 'x-cos-storage-class';
/** 5 GB, the limit of PUT Object. */
const LARGEST_BYTES = 5 * 1024 ** 3;
const LONGEST_KEY_BYTES = 850;

/** PUT Object */
export async function putObject({ exchange, authorization, body, services }: CosCall): Promise<Reply> {
  const { request, location } = exchange;
  const { tenant = '', resource: key } = location;
  const bucket = services.objects.bucket(tenant);
  if (!bucket) return cosErrorReply(exchange, cosError('NoSuchBucket'));
  const problem = accessProblem(exchange, authorization, bucket.acl, 'write') ?? uploadProblem(exchange);
  if (problem) return cosErrorReply(exchange, problem);
  const acl = objectAcl(exchange);
  const expected = headerValue(request, 'content-md5');
  const expectedMd5 = expected === undefined ? undefined : parseContentMd5(expected);
  if (body.lengthBytes === undefined && headerValue(request, 'transfer-encoding') === undefined) {
    return cosErrorReply(exchange, cosError('MissingContentLength'));
  }
  if (acl === 'invalid') {
    const message = 'The x-cos-acl of an object must be one of default, private, public-read.';
    return cosErrorReply(exchange, cosError('InvalidArgument', message));
  }
  if (expectedMd5 === 'invalid') return cosErrorReply(exchange, cosError('InvalidDigest'));
  if ((body.lengthBytes ?? 0) > LARGEST_BYTES) return cosErrorReply(exchange, cosError('EntityTooLarge'));

  const { crc, stream } = withCrc64(body.stream(), LARGEST_BYTES);
  const staged = await services.objects.stage(stream).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  });
  if (!staged) return cosErrorReply(exchange, cosError('EntityTooLarge'));
  if (expectedMd5 !== undefined && expectedMd5 !== staged.md5) {
    await services.objects.discard(staged);
    return cosErrorReply(exchange, cosError('BadDigest'));
  }
  const checksum: ResponseHeader = [CRC64, formatCrc64(crc)];
  const headers = [...sentHeaders(request, 'x-cos-meta-'), ...storageClass(exchange), checksum];
  const result = await services.objects.commit(tenant, key, staged, { headers, ...(acl && { acl }) });
  if (result.kind === 'no-such-bucket') return cosErrorReply(exchange, cosError('NoSuchBucket'));
  return { status: 200, headers: [...EMPTY, ['ETag', etagOf(result.object)], checksum] };
}

/** What is asked of the upload beyond what is done here: refused, rather than passed over in silence. */
function uploadProblem(exchange: Exchange): ServiceError | undefined {
  if (!isKey(exchange.location.resource)) return cosError('KeyTooLong');
  return unsupportedHeader(
    exchange,
    /^x-cos-(?:copy-source|grant-|forbid-overwrite|callback|tagging|server-side-encryption-(?:customer|cos-kms))/i,
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

/** Whether an object can have this key, as far as its length goes. */
export function isKey(key: string): boolean {
  return Buffer.byteLength(key) <= LONGEST_KEY_BYTES;
}

function storageClass(exchange: Exchange): ResponseHeader[] {
  const value = headerValue(exchange.request, STORAGE_CLASS);
  return value && value.toUpperCase() !== 'STANDARD' ? [[STORAGE_CLASS, value]] : [];
}

/** The storage class of an object; only those other than the standard one are kept. */
export function storageClassOf(object: StoredObject): string {
  return object.attributes.headers.find(([name]) => name === STORAGE_CLASS)?.[1] ?? 'STANDARD';
}

function objectAcl(exchange: Exchange): Acl | undefined | 'invalid' {
  const value = headerValue(exchange.request, 'x-cos-acl');
  if (!value || value === 'default') return undefined;
  return value === 'private' || value === 'public-read' ? value : 'invalid';
}

export function etagOf(object: StoredObject): string {
  return `"${object.etag}"`;
}

/** GET Object and HEAD Object */
export async function readObject({ exchange, authorization, services }: CosCall): Promise<Reply> {
  const { tenant = '', resource: key } = exchange.location;
  const bucket = services.objects.bucket(tenant);
  if (!bucket) return cosErrorReply(exchange, cosError('NoSuchBucket'));
  if (!isKey(key)) return cosErrorReply(exchange, cosError('KeyTooLong'));
  const open = await services.objects.open(tenant, key);
  const acl = open?.object.attributes.acl ?? bucket.acl;
  const problem = accessProblem(exchange, authorization, acl, 'read');
  if (problem || !open) {
    await open?.close();
    return cosErrorReply(exchange, problem ?? cosError('NoSuchKey'));
  }
  const reply = objectReply(exchange, open);
  // Whoever reads the object to its end closes it. The document of an error reads nothing.
  if (reply.body === undefined || typeof reply.body === 'string') await open.close();
  return reply;
}

function objectReply(exchange: Exchange, open: OpenObject): Reply {
  const { request } = exchange;
  const { object } = open;
  const validators = { etag: etagOf(object), modifiedAt: object.modifiedAt };
  const validatorHeaders: ResponseHeader[] = [
    ['ETag', validators.etag],
    ['Last-Modified', new Date(object.modifiedAt).toUTCString()],
  ];
  switch (evaluatePreconditions(request, validators)) {
    case 'not-modified':
      return { status: 304, headers: validatorHeaders };
    case 'failed':
      return cosErrorReply(exchange, cosError('PreconditionFailed'));
    case 'proceed':
      break;
  }
  const overridden = overrideHeaders(exchange, object.attributes.headers);
  if (overridden === undefined) {
    const message = 'A response-* parameter has a character that no header can have.';
    return cosErrorReply(exchange, cosError('InvalidArgument', message));
  }
  const rangeHeader = rangeApplies(request, validators) ? headerValue(request, 'range') : undefined;
  const range = rangeHeader === undefined ? 'whole' : parseByteRange(rangeHeader, object.sizeBytes);
  if (range === 'unsatisfiable') {
    const reply = cosErrorReply(exchange, cosError('InvalidRange'));
    return { ...reply, headers: [...reply.headers, ['Content-Range', `bytes */${object.sizeBytes}`]] };
  }
  const length = range === 'whole' ? object.sizeBytes : range.end - range.start + 1;
  const headers: ResponseHeader[] = [
    ['Content-Length', String(length)],
    ['Accept-Ranges', 'bytes'],
  ];
  if (range !== 'whole') {
    headers.push(['Content-Range', `bytes ${range.start}-${range.end}/${object.sizeBytes}`]);
  }
  headers.push(...validatorHeaders, ...overridden);
  const status = range === 'whole' ? 200 : 206;
  if (request.method === 'HEAD' || length === 0) return { status, headers };
  return { status, headers, body: open.read(range === 'whole' ? undefined : range) };
}

/** The stored headers with those that `response-*` parameters ask for in their place. */
function overrideHeaders(
  exchange: Exchange,
  stored: readonly ResponseHeader[],
): readonly ResponseHeader[] | undefined {
  const headers = new Map(stored);
  for (const name of [
    'Content-Type',
    'Cache-Control',
    'Content-Disposition',
    'Content-Encoding',
    'Content-Language',
    'Expires',
  ]) {
    const parameter = `response-${name.toLowerCase()}`;
    const asked = exchange.location.parameters.find(([candidate]) => candidate === parameter)?.[1];
    if (!asked) continue;
    const value = asHeaderValue(asked);
    if (value === undefined) return undefined;
    headers.set(name, value);
  }
  return [...headers];
}

/** DELETE Object. One that is not there is deleted as well. */
export async function deleteObject({ exchange, authorization, services }: CosCall): Promise<Reply> {
  const { tenant = '', resource: key } = exchange.location;
  const bucket = services.objects.bucket(tenant);
  if (!bucket) return cosErrorReply(exchange, cosError('NoSuchBucket'));
  const problem = accessProblem(exchange, authorization, bucket.acl, 'write');
  if (problem) return cosErrorReply(exchange, problem);
  if (!isKey(key)) return cosErrorReply(exchange, cosError('KeyTooLong'));
  await services.objects.deleteObject(tenant, key);
  return { status: 204, headers: [] };
}
