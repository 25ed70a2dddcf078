import type { StoredObject } from '@crossgate/object-store';
import { storageClassOf } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { etagOf } from '../objects/put-object.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { appidOf } from './bucket-operations.ts';
import { cosConventions } from './conventions.ts';
import { writeCosDocument } from './document.ts';
import { parameter, readCount, readEncoding } from './parameters.ts';
import { xmlReply } from './responses.ts';

const MOST_KEYS = 1000;

/** GET Bucket (List Objects) */
export function listObjects(call: DataCall): DataResult {
  const { exchange, services } = call;
  const { tenant = '' } = exchange.location;
  const bucket = calledBucket(call, cosConventions, 'read');
  if (isError(bucket)) return bucket;
  const prefix = parameter(exchange, 'prefix') ?? '';
  const marker = parameter(exchange, 'marker') ?? '';
  const delimiter = parameter(exchange, 'delimiter') ?? '';
  const encoding = readEncoding(exchange);
  if ('code' in encoding) return encoding;
  const maxKeys = readCount(exchange, 'max-keys', MOST_KEYS);
  if (typeof maxKeys !== 'number') return maxKeys;
  const listing = services.objects.listObjects(tenant, {
    prefix,
    limit: maxKeys,
    ...(delimiter && { delimiter }),
    ...(marker && { after: marker }),
  });
  const { text } = encoding;
  const fields: XmlNode[] = [
    ['Name', tenant],
    ...encoding.nodes,
    ['Prefix', text(prefix)],
    ['Marker', text(marker)],
    ['MaxKeys', String(maxKeys)],
    ...(delimiter ? [['Delimiter', text(delimiter)] as const] : []),
    ['IsTruncated', String(listing.next !== undefined)],
    ...(listing.next === undefined ? [] : [['NextMarker', text(listing.next)] as const]),
    ...listing.commonPrefixes.map((common): XmlNode => ['CommonPrefixes', [['Prefix', text(common)]]]),
    ...listing.objects.map((object): XmlNode => ['Contents', contents(object, text(object.key), tenant)]),
  ];
  const body = writeCosDocument(['ListBucketResult', fields]);
  return xmlReply(200, body, [['x-cos-bucket-region', bucket.region]]);
}

function contents(object: StoredObject, key: string, bucket: string): XmlNode[] {
  const owner = appidOf(bucket);
  return [
    ['Key', key],
    ['LastModified', new Date(object.modifiedAt).toISOString()],
    ['ETag', etagOf(object)],
    ['Size', String(object.sizeBytes)],
    [
      'Owner',
      [
        ['ID', owner],
        ['DisplayName', owner],
      ],
    ],
    ['StorageClass', storageClassOf(object.attributes.headers, cosConventions)],
  ];
}
