import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { adminApi, policyPath } from '../support/admin-http.ts';
import {
  BOOMI_TOKEN,
  type BoomiUpstream,
  basicAuthorization,
  type ReceivedRequest,
  startBoomiUpstream,
} from '../support/boomi-upstream.ts';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import { describeWith } from '../support/required.ts';

/** What a page learns of a call: either what it is answered, or that there is nothing to be had. */
interface Seen {
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
}

/** A call of the API, as a page makes it. */
interface Call {
  readonly method?: string;
  /** Behind the account. */
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: RequestCredentials;
}

const HELD = 'account-123456';
const AUTHORIZATION = basicAuthorization(BOOMI_TOKEN.user, BOOMI_TOKEN.token);
const BLOCKED: Seen = { error: 'TypeError: Failed to fetch' };
const QUERY: Call = { method: 'POST', path: 'Atom/query', body: '{"QueryFilter":{}}' };

describeWith(CHROMIUM_MISSING)('a page that calls the API of Boomi through the gateway, in Chromium', () => {
  let upstream: BoomiUpstream;
  let server: LocalServer;
  let browser: Browser;
  let site: PageServer;
  let otherSite: PageServer;
  /** A page of the origin that the rules are about, and one of a third origin. */
  let page: Page;
  let stranger: Page;

  beforeAll(async () => {
    upstream = await startBoomiUpstream();
    server = await startLocalServer({ store: 'memory', upstream: [`boomi=${upstream.url}`] });
    site = await startPageServer();
    otherSite = await startPageServer();
    browser = await startChromium();
    [page, stranger] = await Promise.all([browser.context.newPage(), browser.context.newPage()]);
    await Promise.all([page.goto(site.origin), stranger.goto(otherSite.origin)]);
  });

  afterAll(async () => {
    await browser?.stop();
    await Promise.all([server, upstream, site, otherSite].map(started => started?.stop()));
  });

  /** Each test has an account of its own: browsers keep what a preflight allowed for an hour, for each address. */
  let lastAccount = 0;
  let account: string;
  beforeEach(() => {
    lastAccount += 1;
    account = `account-${lastAccount}`;
  });

  async function allow(
    origins: readonly string[],
    methods: readonly string[],
    tenant = account,
  ): Promise<void> {
    const rules = [{ allowedOrigins: origins, allowedMethods: methods }];
    const put = await adminApi(server.admin)(policyPath(tenant, 'boomi'), { method: 'PUT', body: { rules } });
    expect(put.status).toBe(200);
  }

  function call(from: Page, request: Call = {}, tenant = account): Promise<Seen> {
    const { method = 'GET', path = 'Atom/1', body, headers, credentials = 'same-origin' } = request;
    const json = {
      Authorization: AUTHORIZATION,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    };
    const init: RequestInit = {
      method,
      headers: headers ?? json,
      credentials,
      ...(body !== undefined && { body }),
    };
    return from.evaluate(
      async ([url, options]): Promise<Seen> => {
        try {
          const response = await fetch(url, options);
          return { status: response.status, body: await response.text() };
        } catch (error) {
          return { error: String(error) };
        }
      },
      [`http://${server.boomi}/api/rest/v1/${tenant}/${path}`, init] as const,
    );
  }

  /** What reached the upstream for the account of this test. */
  function received(): readonly ReceivedRequest[] {
    return upstream.received.filter(({ target }) => target.includes(`/${account}/`));
  }

  it('reads, queries and deletes with an API token', async () => {
    await allow([site.origin], ['GET', 'POST', 'DELETE']);
    const atom = await call(page);
    expect(atom.status).toBe(200);
    expect(JSON.parse(atom.body ?? '')).toMatchObject({ '@type': 'Atom', id: '1' });
    const result = await call(page, QUERY);
    expect(result.status).toBe(200);
    expect(JSON.parse(result.body ?? '')).toMatchObject({ '@type': 'QueryResult', numberOfResults: 1 });
    expect(await call(page, { method: 'DELETE' })).toEqual({ status: 200, body: '' });
    expect((await call(page)).status).toBe(404);
    expect(received().map(({ method, body }) => [method, body])).toEqual([
      ['GET', ''],
      ['POST', QUERY.body],
      ['DELETE', ''],
      ['GET', ''],
    ]);
  });

  it('is kept from methods that the rule does not have', async () => {
    await allow([site.origin], ['GET']);
    expect((await call(page)).status).toBe(200);
    expect(await call(page, QUERY)).toEqual(BLOCKED);
    expect(await call(page, { method: 'DELETE' })).toEqual(BLOCKED);
    expect(received().map(({ method }) => method)).toEqual(['GET']);
  });

  it('is kept out when the rule is for another origin, by its port', async () => {
    await allow([otherSite.origin], ['GET', 'POST', 'DELETE']);
    for (const request of [{}, QUERY, { method: 'DELETE' }])
      expect(await call(page, request)).toEqual(BLOCKED);
    expect(received()).toEqual([]);
    expect((await call(stranger)).status).toBe(200);
  });

  it('is kept out while the account has no rules', async () => {
    expect(await call(page)).toEqual(BLOCKED);
    expect(received()).toEqual([]);
  });

  it('is let in by a wildcard in the host', async () => {
    await allow([site.origin.replace('127.0.0.1', '127.*.1')], ['GET']);
    expect((await call(page)).status).toBe(200);
    expect(await call(stranger)).toEqual(BLOCKED);
  });

  it('cannot send a header that is not among the eight', async () => {
    await allow([site.origin], ['GET']);
    const headers = { Authorization: AUTHORIZATION, 'X-Boomi-OTP': '123456' };
    expect(await call(page, { headers })).toEqual(BLOCKED);
    expect(received()).toEqual([]);
  });

  it('can send credentials of its own', async () => {
    await allow([site.origin], ['GET']);
    expect((await call(page, { credentials: 'include' })).status).toBe(200);
  });

  it('has its call done without a preflight when a form could make it, and cannot read the answer', async () => {
    await allow([site.origin], ['GET']);
    const form: Call = { ...QUERY, headers: { 'Content-Type': 'text/plain' } };
    expect(await call(page, form)).toEqual(BLOCKED);
    expect(received().map(({ method }) => method)).toEqual(['POST']);
  });

  it('reads why its token was refused, by the gateway or by the upstream', async () => {
    const headers = {
      Authorization: basicAuthorization(BOOMI_TOKEN.user, 'wrong'),
      Accept: 'application/json',
    };
    await allow([site.origin], ['GET'], HELD);
    const byGateway = await call(page, { headers }, HELD);
    expect(byGateway.status).toBe(401);
    expect(byGateway.body).toContain('the password or token is wrong');
    await allow([site.origin], ['GET']);
    const byUpstream = await call(page, { headers });
    expect(byUpstream.status).toBe(401);
    expect(byUpstream.body).toContain('unknown to the upstream');
  });
});
