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
  bucketOfHost,
  keyProblem: () => undefined,
  unreadable: problem => qingstorError('invalid_argument', `The request target cannot be read: ${problem}.`),
  methodNotAllowed: () => qingstorError('method_not_allowed'),
};

/** The host, and the labels before the name of the service; `undefined` is what the Node SDK writes for a zone that was not set. */
function labelsOf(authority: string): readonly (string | undefined)[] {
  return SERVICE_HOST.exec(hostWithoutPort(authority).toLowerCase()) ?? [];
}

/** The bucket that a host names. A label alone is a zone when it cannot be one: zones have five characters at the most. */
function bucketOfHost(authority: string): string | undefined {
  const [, first] = labelsOf(authority);
  return first !== undefined && first !== 'undefined' && isBucketName(first) ? first : undefined;
}

/** The zone that a host names; a host that names none is in a zone of our choice. */
export function zoneOfHost(authority: string): string {
  const [, first, second] = labelsOf(authority);
  const zone = second ?? (bucketOfHost(authority) === undefined ? first : undefined);
  return zone && zone !== 'undefined' ? zone : DEFAULT_ZONE;
}
