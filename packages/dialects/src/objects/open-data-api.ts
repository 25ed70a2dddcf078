import type { DataApi, DataServices } from '../dialect.ts';
import type { ErrorReply, Exchange, ServiceError } from '../exchange.ts';
import type { ObjectConventions } from './conventions.ts';
import { type DataCall, type DataOperation, type DataResult, isError } from './data-call.ts';
import { attributeProblem } from './put-object.ts';

/** The data API of an object service: which operation a request asks for, and how an error is written. */
export function openObjectDataApi(
  services: DataServices,
  conventions: ObjectConventions,
  route: (exchange: Exchange) => DataOperation | ServiceError,
  errorReply: (exchange: Exchange, error: ServiceError) => ErrorReply,
): DataApi {
  const operate = async (call: DataCall): Promise<DataResult> => {
    if (call.authorization.kind === 'refused') return call.authorization.error;
    const problem = attributeProblem(call.exchange, conventions);
    if (problem) return problem;
    const operation = route(call.exchange);
    return typeof operation === 'function' ? await operation(call) : operation;
  };
  return {
    tenantExists: tenant => services.objects.bucket(tenant) !== undefined,
    tenants: () => services.objects.buckets().map(bucket => bucket.name),
    handle: async request => {
      const result = await operate({ ...request, services });
      return isError(result) ? errorReply(request.exchange, result) : result;
    },
  };
}
