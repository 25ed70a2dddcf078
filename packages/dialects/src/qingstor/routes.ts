import type { Location, RequestHead } from '../exchange.ts';
import { type BucketLocations, locateBucket } from '../objects/locate-bucket.ts';
import { hostWithoutPort } from '../request-target.ts';
import { isBucketName } from './bucket-name.ts';
import { qingstorError } from './errors.ts';

/**
 * `bucket.zone.qingstor.com`, of which bucket and zone can be left out, and the same before `localhost`, which browsers
 * resolve by themselves.
 */
const SERVICE_HOST = /^(?:([^.]+)\.)?(?:([^.]+)\.)?(?:qingstor\.com|localhost)$/i;

const DEFAULT_ZONE = 'pek3a';

/** The Node SDK sends hosts such as `.127.0.0.1` and `undefined.127.0.0.1`; they name no bucket. */
export function locateQingstor(request: RequestHead): Location {
  return locateBucket(request, LOCATIONS);
}

const LOCATIONS: BucketLocations = {
  bucketOfHost: authority => namesOfHost(authority).bucket,
  keyProblem: () => undefined,
  unreadable: problem => qingstorError('invalid_argument', `The request target cannot be read: ${problem}.`),
  methodNotAllowed: () => qingstorError('method_not_allowed'),
};

/** What a host names. A label alone is a zone when it cannot be a bucket: zones have five characters at the most. */
function namesOfHost(authority: string): { readonly bucket?: string; readonly zone?: string } {
  const [, first, second] = SERVICE_HOST.exec(hostWithoutPort(authority).toLowerCase()) ?? [];
  // `undefined` is what the Node SDK writes for a zone that was not set.
  const isBucket = first !== undefined && first !== 'undefined' && isBucketName(first);
  const zone = second ?? (isBucket ? undefined : first);
  return { ...(isBucket && { bucket: first }), ...(zone && zone !== 'undefined' && { zone }) };
}

/** The zone that a host names; a host that names none is in a zone of our choice. */
export function zoneOfHost(authority: string): string {
  return namesOfHost(authority).zone ?? DEFAULT_ZONE;
}
