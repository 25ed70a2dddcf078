import { isKey, type ObjectConventions } from './conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from './data-call.ts';

/** Deletes the object that a call names. One that is not there is deleted as well. */
export async function deleteObject(call: DataCall, conventions: ObjectConventions): Promise<DataResult> {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = calledBucket(call, conventions, 'write');
  if (isError(bucket)) return bucket;
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  await services.objects.deleteObject(tenant, key);
  return { status: 204, headers: [] };
}
