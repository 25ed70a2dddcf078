import type { Acl } from '@crossgate/object-store';
import type { Reply } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { hostWithoutPort } from '../request-target.ts';
import type { XmlNode } from '../xml/write-xml.ts';
import { accessDenied, accessProblem } from './access.ts';
import { LONGEST_NAME } from './bucket-name.ts';
import type { CosCall } from './data-api.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { unsupportedHeader } from './object-operations.ts';
import { cosErrorReply, EMPTY, xmlReply } from './responses.ts';
import { regionOfHost } from './routes.ts';

const BUCKET_ACLS: readonly Acl[] = ['private', 'public-read', 'public-read-write'];

/** Buckets may say little in the body (an availability zone setting); this is far above that. */
const CREATE_BODY_LIMIT_BYTES = 64 * 1024;

/** PUT Bucket */
export async function createBucket({ exchange, authorization, body, services }: CosCall): Promise<Reply> {
  const { tenant = '', authority } = exchange.location;
  if (authorization.kind !== 'signed') return cosErrorReply(exchange, accessDenied(exchange));
  if (!fitsHost(tenant, authority)) {
    const message = `The bucket name is too long: with the rest of its host it must have ${LONGEST_NAME} characters at most.`;
    return cosErrorReply(exchange, cosError('InvalidBucketName', message));
  }
  const unsupported = unsupportedHeader(exchange, /^x-cos-(?:grant-|tagging)/i);
  if (unsupported) return cosErrorReply(exchange, unsupported);
  const acl = headerValue(exchange.request, 'x-cos-acl') ?? 'private';
  const known = BUCKET_ACLS.find(candidate => candidate === acl);
  if (!known) {
    const message = `The x-cos-acl of a bucket must be one of ${BUCKET_ACLS.join(', ')}.`;
    return cosErrorReply(exchange, cosError('InvalidArgument', message));
  }
  if ((await body.read(CREATE_BODY_LIMIT_BYTES)) === 'too-large') {
    return cosErrorReply(exchange, cosError('EntityTooLarge'));
  }
  const bucket = { name: tenant, acl: known, region: regionOfHost(authority) };
  const result = await services.objects.createBucket(bucket);
  if (result === 'exists') return cosErrorReply(exchange, cosError('BucketAlreadyOwnedByYou'));
  return { status: 200, headers: EMPTY };
}

function fitsHost(name: string, authority: string): boolean {
  const host = hostWithoutPort(authority);
  return !host.startsWith(name) || host.length <= LONGEST_NAME;
}

/** HEAD Bucket */
export function headBucket({ exchange, authorization, services }: CosCall): Reply {
  const bucket = services.objects.bucket(exchange.location.tenant ?? '');
  if (!bucket) return cosErrorReply(exchange, cosError('NoSuchBucket'));
  const problem = accessProblem(exchange, authorization, bucket.acl, 'read');
  if (problem) return cosErrorReply(exchange, problem);
  return { status: 200, headers: [...EMPTY, ['x-cos-bucket-region', bucket.region]] };
}

/** DELETE Bucket. A bucket that is no more takes its policy with it, also when an earlier try was cut short. */
export async function deleteBucket({ exchange, authorization, services }: CosCall): Promise<Reply> {
  const { tenant = '' } = exchange.location;
  if (authorization.kind !== 'signed') return cosErrorReply(exchange, accessDenied(exchange));
  const result = await services.objects.deleteBucket(tenant);
  if (result === 'not-empty') return cosErrorReply(exchange, cosError('BucketNotEmpty'));
  await services.deletePolicy(tenant);
  if (result === 'no-such-bucket') return cosErrorReply(exchange, cosError('NoSuchBucket'));
  return { status: 204, headers: [] };
}

/** GET Service */
export function listBuckets({ exchange, authorization, services }: CosCall): Reply {
  if (authorization.kind !== 'signed') {
    const error = cosError('AccessDenied', 'Check auth failure because signture empty.');
    return cosErrorReply(exchange, error);
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
