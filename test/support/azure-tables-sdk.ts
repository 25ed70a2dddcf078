import { AzureNamedKeyCredential, TableClient, TableServiceClient } from '@azure/data-tables';
import { azureTablesDialect } from '@crossgate/dialects';

const { id: ACCOUNT, secret: KEY } = azureTablesDialect.localCredential;

/** The endpoint of the local account, in path style. */
export function endpointOf(address: string): string {
  return `http://${address}/${ACCOUNT}`;
}

/** A client of the service that signs with the local key, or with another. */
export function openTableService(address: string, key: string = KEY): TableServiceClient {
  return new TableServiceClient(endpointOf(address), new AzureNamedKeyCredential(ACCOUNT, key), OPTIONS);
}

export function openTable(address: string, table: string): TableClient {
  return new TableClient(endpointOf(address), table, new AzureNamedKeyCredential(ACCOUNT, KEY), OPTIONS);
}

/** What goes wrong is told at once. */
const OPTIONS = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } } as const;
