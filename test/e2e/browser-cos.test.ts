import type CosJsSdk from 'cos-js-sdk-v5';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { adminApi, policyPath } from '../support/admin-http.ts';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { createBucket, type SendToBucket } from '../support/cos-http.ts';
import { parseExposition, requestCount } from '../support/exposition.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import { describeWith } from '../support/required.ts';
import { LOCAL_KEY } from '../support/sign-cos.ts';

/** In the page, from the script that it loads. */
declare const COS: typeof CosJsSdk;

type SdkError = Partial<CosJsSdk.CosSdkError>;

interface Target {
  readonly SecretId: string;
  readonly SecretKey: string;
  readonly Domain: string;
  readonly Bucket: string;
}

/** What a page learns of a call: results that it cannot read are undefined. */
interface Seen {
  readonly status?: number | undefined;
  readonly etag?: string | undefined;
  readonly body?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** `putObject` of the SDK, in a page. */
function upload(page: Page, target: Target, key: string, body: string): Promise<Seen> {
  return page.evaluate(
    async ([{ Domain, Bucket, ...secrets }, Key, Body]): Promise<Seen> => {
      const cos = new COS({ ...secrets, Domain, Protocol: 'http:' });
      try {
        const result = await cos.putObject({ Bucket, Region: 'ap-guangzhou', Key, Body });
        return { status: result.statusCode, etag: result.ETag };
      } catch (error) {
        const { statusCode, code, message } = error as SdkError;
        return { status: statusCode, code, message };
      }
    },
    [target, key, body] as const,
  );
}

/** `getObject` of the SDK, in a page. */
function download(page: Page, target: Target, key: string): Promise<Seen> {
  return page.evaluate(
    async ([{ Domain, Bucket, ...secrets }, Key]): Promise<Seen> => {
      const cos = new COS({ ...secrets, Domain, Protocol: 'http:' });
      try {
        const result = await cos.getObject({ Bucket, Region: 'ap-guangzhou', Key });
        return { status: result.statusCode, etag: result.ETag, body: String(result.Body) };
      } catch (error) {
        const { statusCode, code, message } = error as SdkError;
        return { status: statusCode, code, message };
      }
    },
    [target, key] as const,
  );
}

/** A `fetch` of a page, without the SDK. */
function fetchIn(page: Page, url: string, init: RequestInit = {}): Promise<Seen> {
  return page.evaluate(
    async ([address, options]): Promise<Seen> => {
      try {
        const response = await fetch(address, options);
        const etag = response.headers.get('ETag') ?? undefined;
        return { status: response.status, etag, body: await response.text() };
      } catch (error) {
        return { message: String(error) };
      }
    },
    [url, init] as const,
  );
}

const BLOCKED_FETCH: Seen = { message: 'TypeError: Failed to fetch' };
const BLOCKED_CALL = { message: 'CORS blocked or network error' };
const HELLO_ETAG = '"5d41402abc4b2a76b9719d911017c592"';

describeWith(CHROMIUM_MISSING)('a page of another origin, in Chromium with cos-js-sdk-v5', () => {
  let server: LocalServer;
  let browser: Browser;
  let site: PageServer;
  let otherSite: PageServer;
  /** A page of the origin that the rules are about, and one of a third origin. */
  let page: Page;
  let stranger: Page;

  beforeAll(async () => {
    server = await startLocalServer();
    site = await startPageServer();
    otherSite = await startPageServer();
    browser = await startChromium();
    [page, stranger] = await Promise.all([browser.context.newPage(), browser.context.newPage()]);
    await Promise.all([page.goto(site.origin), stranger.goto(otherSite.origin)]);
  });

  afterAll(async () => {
    await browser?.stop();
    await Promise.all([server, site, otherSite].map(started => started?.stop()));
  });

  /** Each test has a bucket of its own, with a public object `hello`. */
  let lastBucket = 0;
  let target: Target;
  let bucket: SendToBucket;
  beforeEach(async () => {
    lastBucket += 1;
    const name = `bucket${lastBucket}-1250000000`;
    const { id: SecretId, secret: SecretKey } = LOCAL_KEY;
    target = { SecretId, SecretKey, Domain: `${server.cos}/{Bucket}`, Bucket: name };
    bucket = await createBucket(server.cos, name);
    // Without it the browser may answer from its cache what it was answered under a former rule.
    const headers = { 'x-cos-acl': 'public-read', 'Cache-Control': 'no-store' };
    await bucket({ method: 'PUT', target: '/hello', body: 'hello', headers });
  });

  function helloUrl(): string {
    return `http://${server.cos}/${target.Bucket}/hello`;
  }

  /** Sets the one rule of the bucket. Preflights are not to be cached, unless a test wants that. */
  async function allow(origin: string, rule: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const whole = {
      allowedOrigins: [origin],
      allowedMethods: ['GET', 'PUT'],
      allowedHeaders: ['*'],
      maxAgeSeconds: 0,
      ...rule,
    };
    const put = { method: 'PUT', body: { rules: [whole] } };
    expect((await adminApi(server.admin)(policyPath(target.Bucket), put)).status).toBe(200);
  }

  async function allowedPreflights(): Promise<number> {
    const { text } = await adminApi(server.admin)('/metrics');
    return requestCount(parseExposition(text), { kind: 'preflight', outcome: 'allowed', reason: '' });
  }

  it('uploads, after a preflight, and downloads', async () => {
    await allow(site.origin);
    const before = await allowedPreflights();
    expect(await upload(page, target, 'dir/中 文.txt', 'from the page')).toMatchObject({ status: 200 });
    expect(await allowedPreflights()).toBe(before + 1);
    expect(await download(page, target, 'dir/中 文.txt')).toMatchObject({
      status: 200,
      body: 'from the page',
    });
    const stored = await bucket({ target: '/dir/%E4%B8%AD%20%E6%96%87.txt' });
    expect(stored.text).toBe('from the page');
  });

  it('finds the bucket in the host as well', async () => {
    await allow(site.origin);
    const port = server.cos.slice(server.cos.lastIndexOf(':'));
    const inHost = { ...target, Domain: `{Bucket}.localhost${port}` };
    expect(await upload(page, inHost, 'key', 'body')).toMatchObject({ status: 200 });
    expect(await download(page, inHost, 'key')).toMatchObject({ status: 200, body: 'body' });
  });

  it('is kept out while there is no rule for it', async () => {
    expect(await upload(page, target, 'key', 'body')).toMatchObject(BLOCKED_CALL);
    expect(await fetchIn(page, helloUrl())).toEqual(BLOCKED_FETCH);
    expect((await bucket({ target: '/key' })).status).toBe(404);
  });

  it('is kept out when the rule is for another origin', async () => {
    await allow(site.origin);
    expect(await upload(stranger, target, 'key', 'body')).toMatchObject(BLOCKED_CALL);
    expect(await download(stranger, target, 'hello')).toMatchObject(BLOCKED_CALL);
    expect(await fetchIn(stranger, helloUrl())).toEqual(BLOCKED_FETCH);
    expect((await bucket({ target: '/key' })).status).toBe(404);
    expect(await fetchIn(page, helloUrl())).toMatchObject({ status: 200, body: 'hello' });
  });

  it('is kept out of a method, or a header, that the rule does not have', async () => {
    await allow(site.origin, { allowedMethods: ['GET'], allowedHeaders: ['x-cos-meta-a'] });
    expect(await upload(page, target, 'key', 'body')).toMatchObject(BLOCKED_CALL);
    const sending = (name: string): RequestInit => ({ headers: { [name]: '1' } });
    expect(await fetchIn(page, helloUrl(), sending('x-cos-meta-b'))).toEqual(BLOCKED_FETCH);
    expect(await fetchIn(page, helloUrl(), sending('x-cos-meta-a'))).toMatchObject({ status: 200 });
  });

  it('reads the ETag only when it is exposed', async () => {
    await allow(site.origin);
    expect((await fetchIn(page, helloUrl())).etag).toBeUndefined();
    expect((await upload(page, target, 'key', 'hello')).etag).not.toBe(HELLO_ETAG);
    await allow(site.origin, { exposeHeaders: ['ETag'] });
    expect((await fetchIn(page, helloUrl())).etag).toBe(HELLO_ETAG);
    expect((await upload(page, target, 'key', 'hello')).etag).toBe(HELLO_ETAG);
  });

  it('meets a changed rule with its next request', async () => {
    // A browser that has the answer to a preflight does not ask again for as long as the answer says, and for five
    // seconds when it says nothing. These rules say 0, or else the old answer would hide the new rule from this test.
    const write = (): Promise<Seen> => fetchIn(page, helloUrl(), { headers: { 'x-cos-meta-a': '1' } });
    await allow(site.origin);
    expect(await write()).toMatchObject({ status: 200 });
    await allow(otherSite.origin);
    expect(await write()).toEqual(BLOCKED_FETCH);
    await allow(site.origin);
    expect(await write()).toMatchObject({ status: 200 });
    await adminApi(server.admin)(policyPath(target.Bucket), { method: 'DELETE' });
    expect(await write()).toEqual(BLOCKED_FETCH);
  });

  it('asks once for as long as the rule says', async () => {
    await allow(site.origin, { maxAgeSeconds: 600 });
    const before = await allowedPreflights();
    for (let i = 0; i < 3; i++) {
      expect(await fetchIn(page, helloUrl(), { headers: { 'x-cos-meta-a': '1' } })).toMatchObject({
        status: 200,
      });
    }
    expect(await allowedPreflights()).toBe(before + 1);
  });

  it('reads what went wrong, for errors have the headers too', async () => {
    await allow(site.origin);
    expect(await download(page, target, 'nothing')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    const forged = { ...target, SecretKey: 'wrong' };
    expect(await upload(page, forged, 'key', 'body')).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const missing = await fetchIn(page, `${helloUrl()}-not`);
    expect(missing.status).toBe(403);
    expect(missing.body).toContain('<Code>AccessDenied</Code>');
  });

  it('with credentials is let in by its own origin, and not by a rule for all', async () => {
    const withCredentials = (): Promise<Seen> => fetchIn(page, helloUrl(), { credentials: 'include' });
    await allow('*');
    expect(await fetchIn(page, helloUrl())).toMatchObject({ status: 200, body: 'hello' });
    expect(await withCredentials()).toEqual(BLOCKED_FETCH);
    await allow(site.origin);
    expect(await withCredentials()).toMatchObject({ status: 200, body: 'hello' });
    await allow('http://127.0.0.1:*');
    expect(await withCredentials()).toMatchObject({ status: 200, body: 'hello' });
  });
});
