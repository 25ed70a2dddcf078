import { formatDiagnostic } from '@crossgate/core';
import type { UploadedPart } from '@crossgate/object-store';
import { bodyDigestProblem } from '../body-digest.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import { storageClassOf } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import {
  abortUpload,
  calledUpload,
  completeUpload,
  copyPart,
  type NamedPart,
  readPartNumber,
  startUpload,
  storePart,
} from '../objects/multipart.ts';
import { storedHeaders } from '../objects/put-object.ts';
import { readXml } from '../xml/read-xml.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { appidOf } from './bucket-operations.ts';
import { cosConventions } from './conventions.ts';
import { readCopySource } from './copy-source.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { uploadAcl } from './object-operations.ts';
import { parameter, readCount, readEncoding } from './parameters.ts';
import { EMPTY, xmlReply } from './responses.ts';

const MOST_AT_ONCE = 1000;
/** Ten thousand parts, each with its elements. */
const COMPLETION_LIMIT_BYTES = 4 * 1024 * 1024;

/** Initiate Multipart Upload */
export async function initiateMultipartUpload(call: DataCall): Promise<DataResult> {
  const { exchange } = call;
  const acl = uploadAcl(exchange);
  if (isError(acl)) return acl;
  const upload = await startUpload(call, cosConventions, acl.acl);
  if (isError(upload)) return upload;
  const fields: XmlNode[] = [
    ['Bucket', upload.bucket],
    ['Key', upload.key],
    ['UploadId', upload.id],
  ];
  return xmlReply(200, writeCosDocument(['InitiateMultipartUploadResult', fields]));
}

/** Upload Part, and Upload Part - Copy. */
export async function uploadPart(call: DataCall): Promise<DataResult> {
  const { exchange } = call;
  const upload = calledUpload(call, cosConventions, parameter(exchange, 'uploadId') ?? '');
  if (isError(upload)) return upload;
  const number = readPartNumber(parameter(exchange, 'partNumber') ?? '', cosConventions);
  if (number === undefined) {
    return cosError('InvalidArgument', 'The partNumber must be a number from 1 to 10000.');
  }
  const source = readCopySource(exchange);
  if (source && isError(source)) return source;
  if (!source) {
    const part = await storePart(call, cosConventions, upload, number);
    if (isError(part)) return part;
    return { status: 200, headers: [...EMPTY, ['ETag', `"${part.md5}"`], ...checksumHeader(part)] };
  }
  const part = await copyPart(call, cosConventions, upload, number, source, {
    conditionPrefix: 'x-cos-copy-source-',
    range: 'x-cos-copy-source-range',
  });
  if (isError(part)) return part;
  const fields: XmlNode[] = [
    ['ETag', `"${part.md5}"`],
    ['LastModified', new Date(part.modifiedAt).toISOString()],
  ];
  return xmlReply(200, writeCosDocument(['CopyPartResult', fields]));
}

function checksumHeader({ checksum }: UploadedPart): (readonly [string, string])[] {
  return checksum === undefined ? [] : [[cosConventions.crc64Header ?? '', checksum]];
}

/** List Parts */
export function listParts(call: DataCall): DataResult {
  const { exchange, services } = call;
  const upload = calledUpload(call, cosConventions, parameter(exchange, 'uploadId') ?? '');
  if (isError(upload)) return upload;
  const encoding = readEncoding(exchange);
  if ('code' in encoding) return encoding;
  const limit = readCount(exchange, 'max-parts', MOST_AT_ONCE);
  if (typeof limit !== 'number') return limit;
  const marker = parameter(exchange, 'part-number-marker') || '0';
  if (!/^\d{1,5}$/.test(marker)) {
    return cosError('InvalidArgument', 'The part-number-marker must be a number.');
  }
  const found = services.objects.listParts(upload, { after: Number(marker), limit: limit + 1 });
  if (!found) return cosError('NoSuchUpload');
  const parts = found.slice(0, limit);
  const last = parts.at(-1);
  const truncated = found.length > limit;
  const owner: XmlNode[] = ownerNodes(upload.bucket);
  const fields: XmlNode[] = [
    ['Bucket', upload.bucket],
    ...encoding.nodes,
    ['Key', encoding.text(upload.key)],
    ['UploadId', upload.id],
    ['Owner', owner],
    ['PartNumberMarker', marker],
    ['Initiator', owner],
    ['StorageClass', storageClassOf(upload.attributes.headers, cosConventions)],
    ...(truncated && last ? [['NextPartNumberMarker', String(last.number)] as const] : []),
    ['MaxParts', String(limit)],
    ['IsTruncated', String(truncated)],
    ...parts.map((part): XmlNode => ['Part', partNodes(part)]),
  ];
  return xmlReply(200, writeCosDocument(['ListPartsResult', fields]));
}

function ownerNodes(bucket: string): XmlNode[] {
  return [
    ['ID', appidOf(bucket)],
    ['DisplayName', appidOf(bucket)],
  ];
}

function partNodes(part: UploadedPart): XmlNode[] {
  return [
    ['PartNumber', String(part.number)],
    ['LastModified', new Date(part.modifiedAt).toISOString()],
    ['ETag', `"${part.md5}"`],
    ['Size', String(part.sizeBytes)],
  ];
}

/** Complete Multipart Upload */
export async function completeMultipartUpload(call: DataCall): Promise<DataResult> {
  const { exchange, body } = call;
  const upload = calledUpload(call, cosConventions, parameter(exchange, 'uploadId') ?? '');
  if (isError(upload)) return upload;
  const bytes = await body.read(COMPLETION_LIMIT_BYTES);
  if (bytes === 'too-large') return cosError('EntityTooLarge');
  const digest = bodyDigestProblem(exchange, bytes);
  if (digest) return cosConventions.error(digest, exchange);
  const named = readCompletion(bytes);
  if (isError(named)) return named;
  const object = await completeUpload(call, cosConventions, upload, named);
  if (isError(object)) return object;
  const { authority, path } = exchange.location;
  const fields: XmlNode[] = [
    ['Location', `${exchange.isSecure ? 'https' : 'http'}://${authority}${path}`],
    ['Bucket', upload.bucket],
    ['Key', upload.key],
    ['ETag', `"${object.etag}"`],
  ];
  const headers = storedHeaders(object, cosConventions).filter(([name]) => name !== 'ETag');
  return xmlReply(200, writeCosDocument(['CompleteMultipartUploadResult', fields]), headers);
}

function readCompletion(bytes: Uint8Array): readonly NamedPart[] | ServiceError {
  const xml = readXml(bytes);
  if (xml.kind === 'diagnostic') return cosError('MalformedXML', formatDiagnostic(xml.diagnostic));
  const named: NamedPart[] = [];
  if (xml.root.name !== 'CompleteMultipartUpload') {
    return cosError('MalformedXML', `found ${xml.root.name}, expected CompleteMultipartUpload`);
  }
  for (const element of xml.root.children) {
    const text = (name: string): string | undefined =>
      element.children.find(child => child.name === name)?.text;
    const number = readPartNumber(text('PartNumber') ?? '', cosConventions);
    const etag = text('ETag');
    if (element.name !== 'Part' || number === undefined || !etag) {
      const { line, column } = element.position;
      const message = `line ${line}, column ${column}: expected CompleteMultipartUpload with a Part of PartNumber, from 1 to 10000, and ETag`;
      return cosError('MalformedXML', message);
    }
    named.push({ number, etag });
  }
  return named;
}

/** Abort Multipart Upload */
export async function abortMultipartUpload(call: DataCall): Promise<DataResult> {
  const upload = calledUpload(call, cosConventions, parameter(call.exchange, 'uploadId') ?? '');
  return isError(upload) ? upload : await abortUpload(call, cosConventions, upload);
}

/** List Multipart Uploads */
export function listMultipartUploads(call: DataCall): DataResult {
  const { exchange, services } = call;
  const bucket = calledBucket(call, cosConventions, 'read');
  if (isError(bucket)) return bucket;
  const encoding = readEncoding(exchange);
  if ('code' in encoding) return encoding;
  const limit = readCount(exchange, 'max-uploads', MOST_AT_ONCE);
  if (typeof limit !== 'number') return limit;
  const prefix = parameter(exchange, 'prefix') ?? '';
  const after = readMarkers(exchange);
  const { uploads, next } = services.objects.listUploads(bucket.name, {
    prefix,
    limit,
    ...(after && { after }),
  });
  const { text } = encoding;
  const fields: XmlNode[] = [
    ['Bucket', bucket.name],
    ...encoding.nodes,
    ['KeyMarker', text(after?.key ?? '')],
    ['UploadIdMarker', after?.id ?? ''],
    ...(next ? [['NextKeyMarker', text(next.key)] as const, ['NextUploadIdMarker', next.id] as const] : []),
    ['MaxUploads', String(limit)],
    ['IsTruncated', String(next !== undefined)],
    ['Prefix', text(prefix)],
    ...uploads.map(
      (upload): XmlNode => [
        'Upload',
        [
          ['Key', text(upload.key)],
          ['UploadId', upload.id],
          ['StorageClass', storageClassOf(upload.attributes.headers, cosConventions)],
          ['Initiator', ownerNodes(bucket.name)],
          ['Owner', ownerNodes(bucket.name)],
          ['Initiated', new Date(upload.startedAt).toISOString()],
        ],
      ],
    ),
  ];
  return xmlReply(200, writeCosDocument(['ListMultipartUploadsResult', fields]));
}

/** A key alone stands for all its uploads. */
function readMarkers(exchange: Exchange): { readonly key: string; readonly id?: string } | undefined {
  const key = parameter(exchange, 'key-marker');
  const id = parameter(exchange, 'upload-id-marker');
  return key ? { key, ...(id && { id }) } : undefined;
}
