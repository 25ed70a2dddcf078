import type { Acl, Bucket } from '@crossgate/object-store';
import type { DataRequest, DataServices } from '../dialect.ts';
import type { Reply, ServiceError } from '../exchange.ts';
import type { ObjectConventions } from './conventions.ts';

/** One call of a data API that works on the embedded object store. */
export interface DataCall extends DataRequest {
  readonly services: DataServices;
}

/** An answer, or the error that is answered in the service's words. */
export type DataResult = Reply | ServiceError;

export type DataOperation = (call: DataCall) => Promise<DataResult> | DataResult;

export function isError(result: object): result is ServiceError {
  return 'code' in result;
}

/** The bucket that is called, when it exists and the caller may do that with it. */
export function calledBucket(
  call: DataCall,
  conventions: ObjectConventions,
  access: 'read' | 'write',
): Bucket | ServiceError {
  const bucket = call.services.objects.bucket(call.exchange.location.tenant ?? '');
  if (!bucket) return conventions.error('bucket-absent', call.exchange);
  return accessProblem(call, conventions, bucket.acl, access) ?? bucket;
}

/**
 * Why the caller may not read or write what has this access control list; undefined when it may. Whoever signs owns
 * everything.
 */
export function accessProblem(
  { exchange, authorization }: DataCall,
  conventions: ObjectConventions,
  acl: Acl,
  access: 'read' | 'write',
): ServiceError | undefined {
  switch (authorization.kind) {
    case 'signed':
      return undefined;
    case 'refused':
      return authorization.error;
    case 'anonymous':
      if (acl === 'public-read-write' || (acl === 'public-read' && access === 'read')) return undefined;
      return conventions.error('anonymous', exchange);
    default:
      return authorization satisfies never;
  }
}
