import type { DataApi } from '@crossgate/dialects';
import { requestBody } from '../request-body.ts';
import type { Backend } from './backend.ts';

/** The service itself, as its dialect has it. */
export function embeddedBackend(dataApi: DataApi): Backend {
  return {
    tenantExists: tenant => (dataApi.tenantExists(tenant) ? 'yes' : 'no'),
    handle: ({ exchange, authorize, request }) => dataApi.handle(exchange, authorize(), requestBody(request)),
    close: () => Promise.resolve(),
  };
}
