import type { StoredObject } from '@crossgate/object-store';
import { storageClassOf } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { etagOf } from '../objects/put-object.ts';
import { qingstorConventions } from './conventions.ts';
import { parameter, readLimit } from './parameters.ts';
import { jsonReply } from './responses.ts';

const KEYS_AT_ONCE = { usual: 100, most: 1000 };
/** There are no accounts here: whoever has the key owns everything. */
const OWNER = { id: 'usr-crossgate', name: 'crossgate' };

/** GET Bucket (List Objects) */
export function listObjects(call: DataCall): DataResult {
  const { exchange, services } = call;
  const bucket = calledBucket(call, qingstorConventions, 'read');
  if (isError(bucket)) return bucket;
  const limit = readLimit(exchange, KEYS_AT_ONCE);
  if (typeof limit !== 'number') return limit;
  const prefix = parameter(exchange, 'prefix') ?? '';
  const delimiter = parameter(exchange, 'delimiter') ?? '';
  const marker = parameter(exchange, 'marker') ?? '';
  const listing = services.objects.listObjects(bucket.name, {
    prefix,
    limit,
    ...(delimiter && { delimiter }),
    ...(marker && { after: marker }),
  });
  return jsonReply(
    200,
    JSON.stringify({
      name: bucket.name,
      keys: listing.objects.map(shown),
      prefix,
      owner: OWNER,
      delimiter,
      limit,
      marker,
      next_marker: listing.next ?? '',
      has_more: listing.next !== undefined,
      common_prefixes: listing.commonPrefixes,
    }),
  );
}

function shown(object: StoredObject): object {
  const { key, sizeBytes, modifiedAt, attributes } = object;
  const mediaType = attributes.headers.find(([name]) => name === 'Content-Type')?.[1] ?? '';
  return {
    created: new Date(modifiedAt).toISOString(),
    modified: Math.floor(modifiedAt / 1000),
    encrypted: false,
    storage_class: storageClassOf(attributes.headers, qingstorConventions),
    etag: etagOf(object),
    key,
    mime_type: mediaType,
    size: sizeBytes,
  };
}
