import type { Location, Operation, QueryParameter, RequestHead, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { percentDecode, queryParameters, splitTarget } from '../request-target.ts';

/** In what the object services differ where they find the bucket and the object of a request. */
export interface BucketLocations {
  /** The bucket that a host names; undefined when it names none. */
  readonly bucketOfHost: (authority: string) => string | undefined;
  /** Why no object can have this key, however long it is; undefined when one can. */
  readonly keyProblem: (key: string) => string | undefined;
  /** The error for a target that cannot be read, for the reason given. */
  readonly unreadable: (problem: string) => ServiceError;
  /** The error for a method that the CORS configuration does not have. */
  readonly methodNotAllowed: () => ServiceError;
}

/**
 * Finds bucket, key and operation. The bucket is in the host, or, where the host has none, the first segment of the
 * path. A preflight is found whatever else its target has in it.
 */
export function locateBucket(request: RequestHead, locations: BucketLocations): Location {
  const { authority, path, query } = splitTarget(request.target, headerValue(request, 'host') ?? '');
  const inHost = locations.bucketOfHost(authority);
  const { rawBucket, rawKey } =
    inHost === undefined ? splitPath(path) : { rawBucket: '', rawKey: path.slice(1) };
  const inPath = percentDecode(rawBucket);
  const tenant = inHost ?? (inPath || undefined);
  const pathStyle = inHost === undefined && tenant !== undefined;
  const key = percentDecode(rawKey);
  const located = (
    operation: Operation,
    resource: string,
    parameters: readonly QueryParameter[] = [],
    // Written out: what is spread costs more than all the rest of a request's way to here.
  ): Location => ({ tenant, operation, resource, authority, path, query, parameters, pathStyle });

  if (request.method === 'OPTIONS') return located({ kind: 'preflight' }, key ?? rawKey);
  const parameters = queryParameters(query);
  const isReadable = key !== undefined && parameters !== undefined && inPath !== undefined;
  const problem = isReadable ? locations.keyProblem(key) : 'it is not percent-encoded UTF-8';
  if (!isReadable || problem !== undefined) {
    return located({ kind: 'unreadable', error: locations.unreadable(problem ?? '') }, key ?? rawKey);
  }
  const isPolicy = tenant !== undefined && key === '' && parameters.some(([name]) => name === 'cors');
  const operation = isPolicy ? policyOperation(request.method, locations) : dataOperation(request.method);
  return located(operation, key, parameters);
}

/** The first segment of a path, and what comes after it. */
function splitPath(path: string): { readonly rawBucket: string; readonly rawKey: string } {
  const [, rawBucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { rawBucket, rawKey };
}

function dataOperation(method: string): Operation {
  return { kind: 'data', access: method === 'GET' || method === 'HEAD' ? 'read' : 'write' };
}

function policyOperation(method: string, { methodNotAllowed }: BucketLocations): Operation {
  switch (method) {
    case 'GET':
      return { kind: 'policy', action: 'get' };
    case 'PUT':
      return { kind: 'policy', action: 'put' };
    case 'DELETE':
      return { kind: 'policy', action: 'delete' };
    default:
      return { kind: 'unreadable', error: methodNotAllowed() };
  }
}
