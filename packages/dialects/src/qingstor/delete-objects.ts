import { formatDiagnostic } from '@crossgate/core';
import { bodyDigestProblem } from '../body-digest.ts';
import type { ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { jsonMember, readJson } from '../json/read-json.ts';
import { isKey } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { qingstorConventions } from './conventions.ts';
import { qingstorError } from './errors.ts';
import { jsonReply } from './responses.ts';

const MOST_OBJECTS = 1000;
/** A thousand names of 1023 bytes, each byte written as an escape. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** DELETE Multiple Objects */
export async function deleteObjects(call: DataCall): Promise<DataResult> {
  const { exchange, body, services } = call;
  const bucket = calledBucket(call, qingstorConventions, 'write');
  if (isError(bucket)) return bucket;
  const bytes = await body.read(BODY_LIMIT_BYTES);
  if (bytes === 'too-large') return qingstorError('entity_too_large');
  if (headerValue(exchange.request, 'content-md5') === undefined) {
    return qingstorError('invalid_request', 'This operation needs the Content-MD5 of its body.');
  }
  const digest = bodyDigestProblem(exchange, bytes);
  if (digest) return qingstorConventions.error(digest, exchange);
  const request = readDeletion(bytes);
  if (isError(request)) return request;
  const deleted: object[] = [];
  const errors: object[] = [];
  for (const key of request.keys) {
    if (isKey(key, qingstorConventions)) {
      await services.objects.deleteObject(bucket.name, key);
      if (!request.quiet) deleted.push({ key });
    } else {
      const { code, message } = qingstorConventions.error('key-length', exchange);
      errors.push({ key, code, message });
    }
  }
  return jsonReply(200, JSON.stringify({ deleted, errors }));
}

interface Deletion {
  readonly quiet: boolean;
  readonly keys: readonly string[];
}

function readDeletion(bytes: Uint8Array): Deletion | ServiceError {
  const json = readJson(bytes);
  if (json.kind === 'diagnostic') return qingstorError('invalid_json', formatDiagnostic(json.diagnostic));
  const objects = jsonMember(json.value, 'objects');
  if (objects?.kind !== 'array') {
    return qingstorError('invalid_request', '`objects` must be a list of objects with a `key`.');
  }
  const keys: string[] = [];
  for (const item of objects.items) {
    const key = jsonMember(item, 'key');
    if (key?.kind !== 'string') {
      const { line, column } = item.position;
      return qingstorError(
        'invalid_request',
        `line ${line}, column ${column}: an object needs a \`key\`, a string.`,
      );
    }
    keys.push(key.value);
  }
  if (keys.length > MOST_OBJECTS) {
    const message = `There are ${keys.length} objects, ${MOST_OBJECTS} is the limit of one request.`;
    return qingstorError('too_many_objects', message);
  }
  const quiet = jsonMember(json.value, 'quiet');
  return { quiet: quiet?.kind === 'boolean' && quiet.value, keys };
}
