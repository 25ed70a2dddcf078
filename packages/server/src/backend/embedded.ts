import type { DataApi } from '@crossgate/dialects';
import { requestBody } from '../request-body.ts';
import type { Backend } from './backend.ts';

/** The service itself, as its dialect has it. */
export function embeddedBackend(dataApi: DataApi): Backend {
  return {
    tenantExists: tenant => (dataApi.tenantExists(tenant) ? 'yes' : 'no'),
    handle: ({ exchange, authorizer, request }) =>
      dataApi.handle({
        exchange,
        authorization: authorizer.authorize(exchange),
        body: requestBody(request),
        credentials: authorizer.credentialsOf(exchange.location.tenant),
        roleProblem: signed => authorizer.roleProblem(exchange, signed),
      }),
    retire: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
