import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RestError, type TableServiceClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTable, openTableService } from '../support/azure-tables-sdk.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

const RULE = {
  allowedOrigins: 'https://app.example.com,https://*.example.org',
  allowedMethods: 'GET,POST,PUT,PATCH,MERGE,DELETE,HEAD,OPTIONS',
  allowedHeaders: 'content-type,x-ms-*',
  exposedHeaders: '*',
  maxAgeInSeconds: 600,
};

/** The status and the code of an error that the SDK throws. */
async function failureOf(
  call: Promise<unknown>,
): Promise<{ status: number | undefined; code: string | undefined }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return { status: error.statusCode, code: error.response?.headers.get('x-ms-error-code') };
  }
  throw new Error('the call succeeded');
}

describe('@azure/data-tables, through the gateway to Azurite', () => {
  let azurite: Azurite;
  let server: LocalServer;
  let service: TableServiceClient;

  beforeAll(async () => {
    azurite = await startAzurite();
    server = await startLocalServer({ upstream: [`azure-tables=${azurite.url}`] });
    service = openTableService(server.azureTables);
  });
  afterAll(() => Promise.all([azurite?.stop(), server?.stop()]));

  it('sets and gets the service properties, which Azurite never sees', async () => {
    await service.setProperties({ cors: [RULE] });
    expect((await service.getProperties()).cors).toEqual([RULE]);
    const behind = openTableService(azurite.url.slice('http://'.length));
    expect((await behind.getProperties()).cors ?? []).toEqual([]);
  });

  it('keeps the sections that are left out, and clears the rules with an empty list', async () => {
    await service.setProperties({ cors: [RULE] });
    const retentionPolicy = { enabled: true, days: 7 };
    await service.setProperties({
      logging: { version: '1.0', read: true, write: false, delete: false, retentionPolicy },
    });
    const properties = await service.getProperties();
    expect(properties.cors).toEqual([RULE]);
    expect(properties.logging).toEqual({
      version: '1.0',
      read: true,
      write: false,
      delete: false,
      retentionPolicy,
    });
    await service.setProperties({ cors: [] });
    expect((await service.getProperties()).cors ?? []).toEqual([]);
    expect((await service.getProperties()).logging?.read).toBe(true);
  });

  it('creates a table and its entities, queries, merges, replaces and deletes them', async () => {
    await service.createTable('people');
    const people = openTable(server.azureTables, 'people');
    await people.createEntity({ partitionKey: 'a', rowKey: '1', name: 'Grüße', age: 41 });
    await people.createEntity({ partitionKey: 'a', rowKey: 'with space+plus', age: 17 });
    await people.updateEntity({ partitionKey: 'a', rowKey: '1', city: 'Köln' }, 'Merge');
    expect(await people.getEntity('a', '1')).toMatchObject({ name: 'Grüße', age: 41, city: 'Köln' });
    await people.updateEntity({ partitionKey: 'a', rowKey: '1', age: 42 }, 'Replace');
    const found: string[] = [];
    for await (const entity of people.listEntities({ queryOptions: { filter: 'age lt 42' } })) {
      found.push(String(entity.rowKey));
    }
    expect(found).toEqual(['with space+plus']);
    await people.submitTransaction([
      ['create', { partitionKey: 'b', rowKey: '1' }],
      ['create', { partitionKey: 'b', rowKey: '2' }],
    ]);
    await people.deleteEntity('a', 'with space+plus');
    const rowKeys: string[] = [];
    for await (const entity of people.listEntities()) rowKeys.push(`${entity.partitionKey}${entity.rowKey}`);
    expect(rowKeys).toEqual(['a1', 'b1', 'b2']);
    await service.deleteTable('people');
  });

  it('passes on what the upstream says of a table that is not there', async () => {
    const call = openTable(server.azureTables, 'absent').getEntity('a', '1');
    expect(await failureOf(call)).toEqual({ status: 404, code: 'TableNotFound' });
  });

  it('is refused with another key, at the gateway for properties and behind it for tables', async () => {
    const stranger = openTableService(server.azureTables, Buffer.from('another key').toString('base64'));
    const refused = await failureOf(stranger.setProperties({ cors: [] }));
    expect(refused).toEqual({ status: 403, code: 'AuthenticationFailed' });
    expect((await failureOf(stranger.createTable('mine'))).status).toBe(403);
  });

  it('is told which limit its rules are over', async () => {
    const call = service.setProperties({ cors: Array.from({ length: 6 }, () => RULE) });
    expect(await failureOf(call)).toEqual({ status: 400, code: 'InvalidXmlDocument' });
  });
});

describe('Storage Analytics', () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startLocalServer();
  });
  afterAll(() => server?.stop());

  const preflight = (origin: string): Promise<Response> =>
    fetch(`http://${server.azureTables}/devstoreaccount1/mytable`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT' },
    });

  /** All lines of the account's log. */
  function linesOf(): string[] {
    const directory = join(server.dataDirectory, 'analytics/azure-tables/devstoreaccount1');
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .flatMap(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n').filter(Boolean));
  }

  it('counts a preflight as an anonymous success, billed when it is answered 200, and logs it when the account wants that', async () => {
    const service = openTableService(server.azureTables);
    const retentionPolicy = { enabled: false };
    const logging = { version: '1.0', read: true, write: false, delete: false, retentionPolicy };
    await service.setProperties({ cors: [RULE], logging });
    expect((await preflight('https://app.example.com')).status).toBe(200);
    expect((await preflight('https://evil.example.net')).status).toBe(403);

    const metrics = await (await fetch(`http://${server.admin}/metrics`)).text();
    const counted = (status: string, billable: boolean): string =>
      `crossgate_analytics_requests_total{dialect="azure-tables",operation="TablePreflightRequest",status="${status}",billable="${billable}"} 1\n`;
    expect(metrics).toContain(counted('AnonymousSuccess', true));
    expect(metrics).toContain(counted('AnonymousAuthorizationError', false));

    await vi.waitFor(() => expect(linesOf()).toHaveLength(1));
    const [line = ''] = linesOf();
    const fields = line.split(';');
    expect(fields).toHaveLength(30);
    expect(fields[2]).toBe('TablePreflightRequest');
    expect(fields[3]).toBe('AnonymousSuccess');
    expect(fields[4]).toBe('200');
  });
});
