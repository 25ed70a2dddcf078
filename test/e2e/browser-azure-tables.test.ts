import { AzureNamedKeyCredential, generateAccountSas, type RestError } from '@azure/data-tables';
import { azureTablesDialect } from '@crossgate/dialects';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { endpointOf, openTableService } from '../support/azure-tables-sdk.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import { describeWith } from '../support/required.ts';

/** In the page, from the script that it loads. */
declare const AzureTables: typeof import('@azure/data-tables');

/** A service client in a page, and what it does there. */
interface Target {
  readonly endpoint: string;
  readonly sas: string;
}

/** What a page learns of a call: what it came to, or the error. */
interface Seen {
  readonly value?: unknown;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

const { id: ACCOUNT, secret: KEY } = azureTablesDialect.localCredential;

function sasWith(permissions: Parameters<typeof generateAccountSas>[1]): string {
  return generateAccountSas(new AzureNamedKeyCredential(ACCOUNT, KEY), {
    expiresOn: new Date(Date.now() + 3_600_000),
    services: { table: true },
    ...permissions,
  });
}

const OWNER = sasWith({
  permissions: { query: true, write: true, delete: true, list: true, add: true, update: true },
  resourceTypes: 'sco',
});

/** The life of an entity: create, query, merge, delete; what is left in the end. */
function lifeOfAnEntity(page: Page, target: Target, table: string): Promise<Seen> {
  return page.evaluate(
    async ([{ endpoint, sas }, name]): Promise<Seen> => {
      const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
      const credential = new AzureTables.AzureSASCredential(sas);
      const client = new AzureTables.TableClient(endpoint, name, credential, options);
      try {
        await client.createTable();
        await client.createEntity({ partitionKey: 'p', rowKey: 'r', colour: 'red', size: 1 });
        const created = await client.getEntity('p', 'r');
        await client.updateEntity({ partitionKey: 'p', rowKey: 'r', colour: 'blue' }, 'Merge');
        const found: unknown[] = [];
        for await (const { colour, size } of client.listEntities({ queryOptions: { filter: 'size eq 1' } })) {
          found.push({ colour, size });
        }
        await client.deleteEntity('p', 'r');
        const left: unknown[] = [];
        for await (const entity of client.listEntities()) left.push(entity);
        return { value: { etag: typeof created.etag, found, left: left.length } };
      } catch (error) {
        const { statusCode, code } = error as RestError;
        return { status: statusCode, code };
      }
    },
    [target, table] as const,
  );
}

/** The service properties, as a page gets them. */
function propertiesIn(page: Page, target: Target): Promise<Seen> {
  return page.evaluate(async ({ endpoint, sas }): Promise<Seen> => {
    const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
    const client = new AzureTables.TableServiceClient(
      endpoint,
      new AzureTables.AzureSASCredential(sas),
      options,
    );
    try {
      return { value: (await client.getProperties()).cors };
    } catch (error) {
      const { statusCode, code } = error as RestError;
      return { status: statusCode, code };
    }
  }, target);
}

/** What the SDK makes of a request that the browser keeps from the page. */
const BLOCKED: Seen = { code: 'REQUEST_SEND_ERROR' };

describeWith(CHROMIUM_MISSING)('a page of another origin, in Chromium with @azure/data-tables', () => {
  let azurite: Azurite;
  let server: LocalServer;
  let site: PageServer;
  let otherSite: PageServer;
  let browser: Browser;
  let page: Page;
  let stranger: Page;
  let target: Target;

  beforeAll(async () => {
    [azurite, site, otherSite, browser] = await Promise.all([
      startAzurite(),
      startPageServer('@azure/data-tables'),
      startPageServer('@azure/data-tables'),
      startChromium(),
    ]);
    server = await startLocalServer({ upstream: [`azure-tables=${azurite.url}`] });
    target = { endpoint: endpointOf(server.azureTables), sas: OWNER };
    [page, stranger] = await Promise.all([browser.context.newPage(), browser.context.newPage()]);
    await Promise.all([page.goto(site.origin), stranger.goto(otherSite.origin)]);
  });
  afterAll(async () => {
    await browser?.stop();
    await Promise.all([azurite, server, site, otherSite].map(started => started?.stop()));
  });

  const rule = () => ({
    allowedOrigins: site.origin,
    allowedMethods: 'GET,POST,PUT,PATCH,MERGE,DELETE,HEAD,OPTIONS',
    allowedHeaders: '*',
    exposedHeaders: '*',
    maxAgeInSeconds: 0,
  });

  beforeEach(() => openTableService(server.azureTables).setProperties({ cors: [rule()] }));

  it('works with a table when its origin is allowed', async () => {
    expect(await lifeOfAnEntity(page, target, 'allowed')).toEqual({
      value: { etag: 'string', found: [{ colour: 'blue', size: 1 }], left: 0 },
    });
  });

  it('reads the service properties', async () => {
    expect(await propertiesIn(page, target)).toEqual({ value: [rule()] });
  });

  it('is kept out when its origin is another', async () => {
    expect(await lifeOfAnEntity(stranger, target, 'refused')).toEqual(BLOCKED);
    expect(await propertiesIn(stranger, target)).toEqual(BLOCKED);
  });

  it('is kept out when a header that the SDK sends is not allowed, and let in once it is', async () => {
    const withHeaders = (allowedHeaders: string) =>
      openTableService(server.azureTables).setProperties({ cors: [{ ...rule(), allowedHeaders }] });
    await withHeaders('content-type,dataserviceversion');
    expect(await propertiesIn(page, target)).toEqual(BLOCKED);
    await withHeaders('x-ms-*');
    expect((await propertiesIn(page, target)).value).toHaveLength(1);
  });

  it('reads the error of a signature that does not permit the call', async () => {
    const reader = sasWith({ permissions: { query: true }, resourceTypes: 'o' });
    expect(await propertiesIn(page, { ...target, sas: reader })).toMatchObject({ status: 403 });
  });
});
