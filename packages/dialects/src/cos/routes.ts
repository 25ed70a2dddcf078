import type { Location, RequestHead } from '../exchange.ts';
import { type BucketLocations, locateBucket } from '../objects/locate-bucket.ts';
import { hostWithoutPort } from '../request-target.ts';
import { cosError } from './errors.ts';

/** `bucket.cos.region.myqcloud.com`, and the region's own host without a bucket. */
const COS_HOST = /^(?:(.+)\.)?cos\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/i;
/** A bucket before any other host, `examplebucket-1250000000.localhost`: an APPID has eight digits or more. */
const BUCKET_LABEL = /^([a-z0-9-]+-[0-9]{8,})\./i;

const DEFAULT_REGION = 'ap-guangzhou';

export function locateCos(request: RequestHead): Location {
  return locateBucket(request, LOCATIONS);
}

const LOCATIONS: BucketLocations = {
  bucketOfHost,
  keyProblem: key => (hasControlCharacter(key) ? 'an object key has no control characters' : undefined),
  unreadable: problem => cosError('InvalidURI', `The request target cannot be read: ${problem}.`),
  methodNotAllowed: () => cosError('MethodNotAllowed'),
};

function hasControlCharacter(key: string): boolean {
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    // U+FFFE and U+FFFF are no characters, and no XML document can name them.
    if (code < 0x20 || code === 0x7f || code >= 0xfffe) return true;
  }
  return false;
}

/** The bucket that a host names, in lower case; undefined when it names none. */
export function bucketOfHost(authority: string): string | undefined {
  const host = hostWithoutPort(authority);
  const bucket = COS_HOST.exec(host)?.[1] ?? BUCKET_LABEL.exec(host)?.[1];
  return bucket?.toLowerCase();
}

/** The region that a host names; a host that names none is in a region of our choice. */
export function regionOfHost(authority: string): string {
  return COS_HOST.exec(hostWithoutPort(authority))?.[2]?.toLowerCase() ?? DEFAULT_REGION;
}
