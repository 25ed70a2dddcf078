import type { Location, Operation, RequestHead } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { hostWithoutPort, percentDecode, queryParameters, splitTarget } from '../request-target.ts';
import { cosError } from './errors.ts';

/** `bucket.cos.region.myqcloud.com`, and the region's own host without a bucket. */
const COS_HOST = /^(?:(.+)\.)?cos\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/i;
/** A bucket before any other host, `examplebucket-1250000000.localhost`: an APPID has eight digits or more. */
const BUCKET_LABEL = /^([a-z0-9-]+-[0-9]{8,})\./i;

const DEFAULT_REGION = 'ap-guangzhou';

/**
 * Finds bucket, key and operation. The bucket is in the host, or, where the host has none, the first segment of the
 * path.
 */
export function locateCos(request: RequestHead): Location {
  const { authority, path, query } = splitTarget(request.target, headerValue(request, 'host') ?? '');
  const inHost = bucketOfHost(authority);
  const rest = inHost === undefined ? path.slice(1) : undefined;
  const slash = rest?.indexOf('/') ?? -1;
  const rawBucket = rest === undefined ? undefined : slash === -1 ? rest : rest.slice(0, slash);
  const rawKey = rest === undefined ? path.slice(1) : slash === -1 ? '' : rest.slice(slash + 1);
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
    return { ...common, ...unreadable('it is not percent-encoded UTF-8'), resource: rawKey };
  }
  if (hasControlCharacter(key)) {
    return { ...common, ...unreadable('an object key has no control characters'), resource: key };
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
      return { kind: 'unreadable', error: cosError('MethodNotAllowed') };
  }
}

function unreadable(problem: string): Pick<Location, 'operation' | 'parameters'> {
  const error = cosError('InvalidURI', `The request target cannot be read: ${problem}.`);
  return { operation: { kind: 'unreadable', error }, parameters: [] };
}

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
