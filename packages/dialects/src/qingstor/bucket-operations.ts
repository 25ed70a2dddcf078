import type { Bucket } from '@crossgate/object-store';
import { headerValue } from '../headers.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { qingstorConventions } from './conventions.ts';
import { qingstorError } from './errors.ts';
import { parameter, readLimit } from './parameters.ts';
import { emptyReply, jsonReply } from './responses.ts';
import { zoneOfHost } from './routes.ts';

const BUCKETS_AT_ONCE = { usual: 200, most: 1000 };
const OBJECTS_AT_ONCE = 1000;

/** PUT Bucket */
export async function createBucket({ exchange, authorization, services }: DataCall): Promise<DataResult> {
  const { tenant: name = '', authority } = exchange.location;
  if (authorization.kind !== 'signed') return qingstorConventions.error('anonymous', exchange);
  const region = zoneOfHost(authority);
  const result = await services.objects.createBucket({ name, acl: 'private', region });
  return result === 'exists' ? qingstorError('bucket_already_exists') : emptyReply(201);
}

/** HEAD Bucket */
export function headBucket(call: DataCall): DataResult {
  const bucket = calledBucket(call, qingstorConventions, 'read');
  return isError(bucket) ? bucket : emptyReply(200);
}

/** DELETE Bucket. A bucket that is no more takes its policy with it, also when an earlier try was cut short. */
export async function deleteBucket({ exchange, authorization, services }: DataCall): Promise<DataResult> {
  const { tenant = '' } = exchange.location;
  if (authorization.kind !== 'signed') return qingstorConventions.error('anonymous', exchange);
  const result = await services.objects.deleteBucket(tenant);
  if (result === 'not-empty') return qingstorError('bucket_not_empty');
  await services.deletePolicy(tenant);
  return result === 'no-such-bucket' ? qingstorError('bucket_not_exists') : emptyReply(204);
}

/** GET Service: the buckets of all zones, or of the one that `Location` names. */
export function listBuckets({ exchange, authorization, services }: DataCall): DataResult {
  if (authorization.kind !== 'signed') return qingstorConventions.error('anonymous', exchange);
  const limit = readLimit(exchange, BUCKETS_AT_ONCE);
  const offset = parameter(exchange, 'offset') ?? '0';
  if (typeof limit !== 'number') return limit;
  if (!/^\d{1,9}$/.test(offset)) return qingstorError('invalid_argument', 'The offset must be a number.');
  const zone = headerValue(exchange.request, 'location');
  const buckets = services.objects.buckets().filter(({ region }) => !zone || region === zone);
  const page = buckets.slice(Number(offset), Number(offset) + limit);
  const shown = page.map(bucket => ({
    name: bucket.name,
    location: bucket.region,
    url: urlOf(bucket),
    created: createdOf(bucket),
  }));
  return jsonReply(200, JSON.stringify({ count: buckets.length, buckets: shown }));
}

/** GET Bucket Statistics */
export function bucketStatistics(call: DataCall): DataResult {
  const bucket = calledBucket(call, qingstorConventions, 'read');
  if (isError(bucket)) return bucket;
  const { name, region } = bucket;
  const { count, size } = totals(call, name);
  return jsonReply(
    200,
    JSON.stringify({
      count,
      size,
      location: region,
      name,
      url: urlOf(bucket),
      status: 'active',
      created: createdOf(bucket),
    }),
  );
}

function totals({ services }: DataCall, bucket: string): { readonly count: number; readonly size: number } {
  let count = 0;
  let size = 0;
  let after: string | undefined;
  do {
    const page = services.objects.listObjects(bucket, { limit: OBJECTS_AT_ONCE, ...(after && { after }) });
    count += page.objects.length;
    for (const { sizeBytes } of page.objects) size += sizeBytes;
    after = page.next;
  } while (after !== undefined);
  return { count, size };
}

function urlOf({ name, region }: Bucket): string {
  return `https://${name}.${region}.qingstor.com`;
}

function createdOf({ createdAt }: Bucket): string {
  return `${new Date(createdAt).toISOString().slice(0, 19)}Z`;
}
