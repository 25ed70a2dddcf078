import type { Acl } from '@crossgate/object-store';
import { headerValue } from '../headers.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { hostWithoutPort } from '../request-target.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { LONGEST_NAME } from './bucket-name.ts';
import { cosConventions } from './conventions.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { unsupportedHeader } from './object-operations.ts';
import { EMPTY, xmlReply } from './responses.ts';
import { regionOfHost } from './routes.ts';

const BUCKET_ACLS: readonly Acl[] = ['private', 'public-read', 'public-read-write'];

/** Buckets may say little in the body (an availability zone setting); this is far above that. */
const CREATE_BODY_LIMIT_BYTES = 64 * 1024;

/** PUT Bucket */
export async function createBucket({
  exchange,
  authorization,
  body,
  services,
}: DataCall): Promise<DataResult> {
  const { tenant = '', authority } = exchange.location;
  if (authorization.kind !== 'signed') return cosConventions.error('anonymous', exchange);
  if (!fitsHost(tenant, authority)) {
    const message = `The bucket name is too long: with the rest of its host it must have ${LONGEST_NAME} characters at most.`;
    return cosError('InvalidBucketName', message);
  }
  const unsupported = unsupportedHeader(exchange, /^x-cos-(?:grant-|tagging)/i);
  if (unsupported) return unsupported;
  const acl = headerValue(exchange.request, 'x-cos-acl') ?? 'private';
  const known = BUCKET_ACLS.find(candidate => candidate === acl);
  if (!known) {
    const message = `The x-cos-acl of a bucket must be one of ${BUCKET_ACLS.join(', ')}.`;
    return cosError('InvalidArgument', message);
  }
  if ((await body.read(CREATE_BODY_LIMIT_BYTES)) === 'too-large') {
    return cosError('EntityTooLarge');
  }
  const bucket = { name: tenant, acl: known, region: regionOfHost(authority) };
  const result = await services.objects.createBucket(bucket);
  if (result === 'exists') return cosError('BucketAlreadyOwnedByYou');
  return { status: 200, headers: EMPTY };
}

function fitsHost(name: string, authority: string): boolean {
  const host = hostWithoutPort(authority);
  return !host.startsWith(name) || host.length <= LONGEST_NAME;
}

/** HEAD Bucket */
export function headBucket(call: DataCall): DataResult {
  const bucket = calledBucket(call, cosConventions, 'read');
  if (isError(bucket)) return bucket;
  return { status: 200, headers: [...EMPTY, ['x-cos-bucket-region', bucket.region]] };
}

/** DELETE Bucket. A bucket that is no more takes its policy with it, also when an earlier try was cut short. */
export async function deleteBucket({ exchange, authorization, services }: DataCall): Promise<DataResult> {
  const { tenant = '' } = exchange.location;
  if (authorization.kind !== 'signed') return cosConventions.error('anonymous', exchange);
  const result = await services.objects.deleteBucket(tenant);
  if (result === 'not-empty') return cosError('BucketNotEmpty');
  await services.deletePolicy(tenant);
  if (result === 'no-such-bucket') return cosError('NoSuchBucket');
  return { status: 204, headers: [] };
}

/** GET Service */
export function listBuckets({ authorization, services }: DataCall): DataResult {
  if (authorization.kind !== 'signed') {
    return cosError('AccessDenied', 'Check auth failure because signture empty.');
  }
  const buckets = services.objects.buckets();
  const nodes = buckets.map(
    (bucket): XmlNode => [
      'Bucket',
      [
        ['Name', bucket.name],
        ['Location', bucket.region],
        ['CreationDate', `${new Date(bucket.createdAt).toISOString().slice(0, 19)}Z`],
      ],
    ],
  );
  const owner = appidOf(buckets[0]?.name ?? '');
  const document = writeCosDocument([
    'ListAllMyBucketsResult',
    [
      ['Owner', ownerNodes(owner)],
      ['Buckets', nodes],
    ],
  ]);
  return xmlReply(200, document);
}

/** The digits after the last hyphen of a bucket name. */
export function appidOf(bucket: string): string {
  return bucket.slice(bucket.lastIndexOf('-') + 1);
}

function ownerNodes(appid: string): XmlNode[] {
  return [
    ['ID', appid],
    ['DisplayName', appid],
  ];
}
