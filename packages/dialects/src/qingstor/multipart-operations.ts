import { formatDiagnostic } from '@crossgate/core';
import type { UploadedPart } from '@crossgate/object-store';
import { bodyDigestProblem } from '../body-digest.ts';
import type { ServiceError } from '../exchange.ts';
import { type JsonNode, jsonMember, readJson } from '../json/read-json.ts';
import { storageClassOf } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import {
  abortUpload,
  calledUpload,
  completeUpload,
  copyPart,
  MOST_PARTS,
  type NamedPart,
  readPartNumber,
  startUpload,
  storePart,
} from '../objects/multipart.ts';
import { storedHeaders } from '../objects/put-object.ts';
import { qingstorConventions } from './conventions.ts';
import { qingstorError } from './errors.ts';
import { readSource } from './object-operations.ts';
import { parameter, readLimit } from './parameters.ts';
import { emptyReply, jsonReply } from './responses.ts';

const AT_ONCE = { usual: 200, most: 1000 };
/** Ten thousand parts with every field that SDKs send. */
const COMPLETION_LIMIT_BYTES = 4 * 1024 * 1024;

/** Initiate Multipart Upload */
export async function initiateMultipartUpload(call: DataCall): Promise<DataResult> {
  const upload = await startUpload(call, qingstorConventions);
  if (isError(upload)) return upload;
  const { bucket, key, id } = upload;
  return jsonReply(200, JSON.stringify({ bucket, key, upload_id: id }));
}

/** Upload Part, of the body or of another object. */
export async function uploadPart(call: DataCall): Promise<DataResult> {
  const { exchange } = call;
  const upload = calledUpload(call, qingstorConventions, parameter(exchange, 'upload_id') ?? '');
  if (isError(upload)) return upload;
  const number = readPartNumber(parameter(exchange, 'part_number') ?? '', qingstorConventions);
  if (number === undefined) {
    return qingstorError('invalid_argument', 'The part_number must be a number from 0 to 9999.');
  }
  const source = readSource(exchange, 'x-qs-copy-source');
  if (source && isError(source)) return source;
  const part = source
    ? await copyPart(call, qingstorConventions, upload, number, source, {
        conditionPrefix: 'x-qs-copy-source-',
        range: 'x-qs-copy-range',
      })
    : await storePart(call, qingstorConventions, upload, number);
  return isError(part) ? part : emptyReply(201, [['ETag', `"${part.md5}"`]]);
}

/** List Multipart */
export function listParts(call: DataCall): DataResult {
  const { exchange, services } = call;
  const upload = calledUpload(call, qingstorConventions, parameter(exchange, 'upload_id') ?? '');
  if (isError(upload)) return upload;
  const limit = readLimit(exchange, AT_ONCE);
  if (typeof limit !== 'number') return limit;
  const marker = parameter(exchange, 'part_number_marker');
  const after = marker ? readPartNumber(marker, qingstorConventions) : undefined;
  if (marker && after === undefined) {
    return qingstorError('invalid_argument', 'The part_number_marker must be a number from 0 to 9999.');
  }
  const parts = services.objects.listParts(upload, {
    limit,
    ...(after !== undefined && { after }),
  });
  if (!parts) return qingstorError('upload_not_exists');
  return jsonReply(200, JSON.stringify({ count: parts.length, object_parts: parts.map(shownPart) }));
}

function shownPart(part: UploadedPart): object {
  return {
    part_number: part.number,
    size: part.sizeBytes,
    created: new Date(part.modifiedAt).toISOString(),
    etag: `"${part.md5}"`,
  };
}

/** Complete Multipart Upload */
export async function completeMultipartUpload(call: DataCall): Promise<DataResult> {
  const { exchange, body } = call;
  const upload = calledUpload(call, qingstorConventions, parameter(exchange, 'upload_id') ?? '');
  if (isError(upload)) return upload;
  const bytes = await body.read(COMPLETION_LIMIT_BYTES);
  if (bytes === 'too-large') return qingstorError('entity_too_large');
  const digest = bodyDigestProblem(exchange, bytes);
  if (digest) return qingstorConventions.error(digest, exchange);
  const named = readCompletion(bytes);
  if (isError(named)) return named;
  const object = await completeUpload(call, qingstorConventions, upload, named);
  return isError(object) ? object : emptyReply(201, storedHeaders(object, qingstorConventions));
}

function readCompletion(bytes: Uint8Array): readonly NamedPart[] | ServiceError {
  const json = readJson(bytes);
  if (json.kind === 'diagnostic') return qingstorError('invalid_json', formatDiagnostic(json.diagnostic));
  const parts = jsonMember(json.value, 'object_parts');
  if (parts?.kind !== 'array') {
    return qingstorError('invalid_request', '`object_parts` must be a list of parts with a `part_number`.');
  }
  if (parts.items.length > MOST_PARTS) return qingstorError('max_parts_exceeded');
  const named: NamedPart[] = [];
  for (const item of parts.items) {
    const part = readNamedPart(item);
    if (!part) {
      const { line, column } = item.position;
      const message = `line ${line}, column ${column}: a part needs a \`part_number\` from 0 to 9999; its \`etag\` is a string.`;
      return qingstorError('invalid_request', message);
    }
    named.push(part);
  }
  return named;
}

function readNamedPart(item: JsonNode): NamedPart | undefined {
  const numberNode = jsonMember(item, 'part_number');
  const etag = jsonMember(item, 'etag');
  if (numberNode?.kind !== 'number' || (etag && etag.kind !== 'string')) return undefined;
  const number = readPartNumber(String(numberNode.value), qingstorConventions);
  if (number === undefined) return undefined;
  return { number, ...(etag?.value && { etag: etag.value }) };
}

/** Abort Multipart Upload */
export async function abortMultipartUpload(call: DataCall): Promise<DataResult> {
  const upload = calledUpload(call, qingstorConventions, parameter(call.exchange, 'upload_id') ?? '');
  return isError(upload) ? upload : await abortUpload(call, qingstorConventions, upload);
}

/** List Multipart Uploads */
export function listMultipartUploads(call: DataCall): DataResult {
  const { exchange, services } = call;
  const bucket = calledBucket(call, qingstorConventions, 'read');
  if (isError(bucket)) return bucket;
  const limit = readLimit(exchange, AT_ONCE);
  if (typeof limit !== 'number') return limit;
  const prefix = parameter(exchange, 'prefix') ?? '';
  const marker = parameter(exchange, 'key_marker') ?? '';
  const id = parameter(exchange, 'upload_id_marker');
  const { uploads, next } = services.objects.listUploads(bucket.name, {
    prefix,
    limit,
    ...(marker && { after: { key: marker, ...(id && { id }) } }),
  });
  return jsonReply(
    200,
    JSON.stringify({
      name: bucket.name,
      prefix,
      limit,
      marker,
      has_more: next !== undefined,
      next_key_marker: next?.key ?? '',
      next_upload_id_marker: next?.id ?? '',
      uploads: uploads.map(({ key, id: uploadId, startedAt, attributes }) => ({
        key,
        upload_id: uploadId,
        created: new Date(startedAt).toISOString(),
        storage_class: storageClassOf(attributes.headers, qingstorConventions),
      })),
    }),
  );
}
