import type { Location, Operation, RequestHead } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { hostWithoutPort, percentDecode, queryParameters, splitTarget } from '../request-target.ts';
import { isBucketName } from './bucket-name.ts';
import { qingstorError } from './errors.ts';

/**
 * `bucket.zone.qingstor.com`, of which bucket and zone can be left out, and the same before `localhost`, which browsers
 * resolve by themselves.
 */
const SERVICE_HOST = /^(?:([^.]+)\.)?(?:([^.]+)\.)?(?:qingstor\.com|localhost)$/i;

const DEFAULT_ZONE = 'pek3a';

/**
 * Finds bucket, object and operation. The bucket is in the host, or, where the host has none, the first segment of the
 * path. The Node SDK sends hosts such as `.127.0.0.1` and `undefined.127.0.0.1`; they have none.
 */
export function locateQingstor(request: RequestHead): Location {
  const { authority, path, query } = splitTarget(request.target, headerValue(request, 'host') ?? '');
  const inHost = namesOfHost(authority).bucket;
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const rawBucket = inHost === undefined ? (slash === -1 ? rest : rest.slice(0, slash)) : undefined;
  const rawKey = rawBucket === undefined ? rest : slash === -1 ? '' : rest.slice(slash + 1);
  const inPath = rawBucket === undefined ? undefined : percentDecode(rawBucket);
  const tenant = inHost ?? (inPath === '' ? undefined : inPath);
  const common = { tenant, authority, path, query, pathStyle: inHost === undefined && tenant !== undefined };
  if (request.method === 'OPTIONS') {
    return {
      ...common,
      operation: { kind: 'preflight' },
      resource: percentDecode(rawKey) ?? rawKey,
      parameters: [],
    };
  }
  const key = percentDecode(rawKey);
  const parameters = queryParameters(query);
  if (key === undefined || parameters === undefined || (rawBucket !== undefined && inPath === undefined)) {
    const error = qingstorError('invalid_argument', 'The request target is not percent-encoded UTF-8.');
    return { ...common, operation: { kind: 'unreadable', error }, parameters: [], resource: rawKey };
  }
  const isPolicy = tenant !== undefined && key === '' && parameters.some(([name]) => name === 'cors');
  return { ...common, operation: operationOf(request.method, isPolicy), resource: key, parameters };
}

function operationOf(method: string, isPolicy: boolean): Operation {
  if (!isPolicy) return { kind: 'data' };
  switch (method) {
    case 'GET':
      return { kind: 'policy', action: 'get' };
    case 'PUT':
      return { kind: 'policy', action: 'put' };
    case 'DELETE':
      return { kind: 'policy', action: 'delete' };
    default:
      return { kind: 'unreadable', error: qingstorError('method_not_allowed') };
  }
}

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
