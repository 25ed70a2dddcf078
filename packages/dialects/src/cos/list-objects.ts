import type { StoredObject } from '@crossgate/object-store';
import type { Exchange, Reply } from '../exchange.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { accessProblem } from './access.ts';
import { appidOf } from './bucket-operations.ts';
import type { CosCall } from './data-api.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { etagOf, storageClassOf } from './object-operations.ts';
import { cosErrorReply, xmlReply } from './responses.ts';
import { urlEncode } from './signature.ts';

const MOST_KEYS = 1000;

/** GET Bucket (List Objects) */
export function listObjects({ exchange, authorization, services }: CosCall): Reply {
  const { tenant = '' } = exchange.location;
  const bucket = services.objects.bucket(tenant);
  if (!bucket) return cosErrorReply(exchange, cosError('NoSuchBucket'));
  const problem = accessProblem(exchange, authorization, bucket.acl, 'read');
  if (problem) return cosErrorReply(exchange, problem);
  const prefix = parameter(exchange, 'prefix') ?? '';
  const marker = parameter(exchange, 'marker') ?? '';
  const delimiter = parameter(exchange, 'delimiter') ?? '';
  const encoding = parameter(exchange, 'encoding-type') ?? '';
  const maxKeys = parameter(exchange, 'max-keys') || String(MOST_KEYS);
  if (encoding !== '' && encoding !== 'url') {
    return cosErrorReply(exchange, cosError('InvalidArgument', 'The encoding-type must be url.'));
  }
  if (!/^\d{1,4}$/.test(maxKeys) || Number(maxKeys) > MOST_KEYS) {
    const message = `The max-keys must be a number from 0 to ${MOST_KEYS}.`;
    return cosErrorReply(exchange, cosError('InvalidArgument', message));
  }
  const listing = services.objects.listObjects(tenant, {
    prefix,
    limit: Number(maxKeys),
    ...(delimiter && { delimiter }),
    ...(marker && { after: marker }),
  });
  const text = encoding === 'url' ? urlEncode : String;
  const fields: XmlNode[] = [
    ['Name', tenant],
    ...(encoding ? [['EncodingType', encoding] as const] : []),
    ['Prefix', text(prefix)],
    ['Marker', text(marker)],
    ['MaxKeys', maxKeys],
    ...(delimiter ? [['Delimiter', text(delimiter)] as const] : []),
    ['IsTruncated', String(listing.next !== undefined)],
    ...(listing.next === undefined ? [] : [['NextMarker', text(listing.next)] as const]),
    ...listing.commonPrefixes.map((common): XmlNode => ['CommonPrefixes', [['Prefix', text(common)]]]),
    ...listing.objects.map((object): XmlNode => ['Contents', contents(object, text(object.key), tenant)]),
  ];
  const body = writeCosDocument(['ListBucketResult', fields]);
  return xmlReply(200, body, [['x-cos-bucket-region', bucket.region]]);
}

function parameter(exchange: Exchange, name: string): string | undefined {
  return exchange.location.parameters.find(([candidate]) => candidate === name)?.[1];
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
    ['StorageClass', storageClassOf(object)],
  ];
}
