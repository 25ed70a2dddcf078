import { AzureNamedKeyCredential, TableServiceClient } from '@azure/data-tables';
import { azureTablesDialect } from '@crossgate/dialects';
import { type Azurite, startAzurite } from '../../test/support/azurite.ts';
import { HEADERS, MAX_AGE_SECONDS, METHODS, ORIGINS } from './preflight.ts';

/** Azurite's table service with the same rules. It takes more than the five that the real service does. */
export async function startAzuriteWithRules(): Promise<Azurite> {
  const azurite = await startAzurite();
  const { id, secret } = azureTablesDialect.localCredential;
  const credential = new AzureNamedKeyCredential(id, secret);
  const client = new TableServiceClient(`${azurite.url}/${id}`, credential, {
    allowInsecureConnection: true,
  });
  await client.setProperties({
    cors: ORIGINS.map(origin => ({
      allowedOrigins: origin,
      allowedMethods: METHODS.join(','),
      allowedHeaders: HEADERS.join(','),
      exposedHeaders: 'ETag',
      maxAgeInSeconds: MAX_AGE_SECONDS,
    })),
  });
  return azurite;
}
