import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { adminApi } from '../support/admin-http.ts';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { parseExposition, requestCount } from '../support/exposition.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type SendToQingstorBucket,
} from '../support/qingstor-http.ts';
import type { SdkModule, SdkOptions, SdkResponse } from '../support/qingstor-sdk.ts';
import { describeWith } from '../support/required.ts';
import { presignQingstorTarget, QINGSTOR_KEY } from '../support/sign-qingstor.ts';

/** In the page, from the script that it loads. */
declare const qingstor_sdk: SdkModule;

interface Target {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly bucket: string;
}

/** What a page learns of a call: results that it cannot read are undefined. */
interface Seen {
  readonly status?: number | undefined;
  readonly etag?: string | undefined;
  readonly data?: unknown;
  readonly message?: string;
}

type ObjectMethod =
  | 'putObject'
  | 'getObject'
  | 'deleteObject'
  | 'initiateMultipartUpload'
  | 'uploadMultipart'
  | 'completeMultipartUpload';

/** A call of the SDK about an object, in a page. */
function call(
  page: Page,
  target: Target,
  method: ObjectMethod,
  key: string,
  options: SdkOptions = {},
): Promise<Seen> {
  return page.evaluate(
    async ([{ settings, bucket }, name, objectKey, given]): Promise<Seen> => {
      const seen = ({ status, headers, data }: SdkResponse): Seen => ({ status, etag: headers.etag, data });
      const { Config, QingStor } = qingstor_sdk;
      try {
        return seen(await new QingStor(new Config(settings)).Bucket(bucket, '')[name](objectKey, given));
      } catch (error) {
        const { response, message } = error as { response?: SdkResponse; message: string };
        return response ? seen(response) : { message };
      }
    },
    [target, method, key, options] as const,
  );
}

/** A call of the SDK about the configuration, in a page. */
function configure(
  page: Page,
  target: Target,
  method: 'putCORS' | 'getCORS' | 'deleteCORS',
  rules: unknown = [],
): Promise<Seen> {
  return page.evaluate(
    async ([{ settings, bucket }, name, cors_rules]): Promise<Seen> => {
      const { Config, QingStor } = qingstor_sdk;
      try {
        const { status, data } = await new QingStor(new Config(settings))
          .Bucket(bucket, '')
          [name]({ cors_rules });
        return { status, data };
      } catch (error) {
        return { message: String(error) };
      }
    },
    [target, method, rules] as const,
  );
}

/** A `fetch` of a page, without the SDK. */
function fetchIn(page: Page, url: string, init: RequestInit = {}): Promise<Seen> {
  return page.evaluate(
    async ([address, options]): Promise<Seen> => {
      try {
        const response = await fetch(address, options);
        return {
          status: response.status,
          etag: response.headers.get('ETag') ?? undefined,
          data: await response.text(),
        };
      } catch (error) {
        return { message: String(error) };
      }
    },
    [url, init] as const,
  );
}

const BLOCKED_CALL: Seen = { message: 'Network Error' };
const BLOCKED_FETCH: Seen = { message: 'TypeError: Failed to fetch' };
const HELLO_ETAG = '"5d41402abc4b2a76b9719d911017c592"';

describeWith(CHROMIUM_MISSING)('a page of another origin, in Chromium with qingstor-sdk', () => {
  let server: LocalServer;
  let browser: Browser;
  let site: PageServer;
  let otherSite: PageServer;
  /** A page of the origin that the rules are about, and one of a third origin. */
  let page: Page;
  let stranger: Page;

  beforeAll(async () => {
    server = await startLocalServer();
    site = await startPageServer('qingstor-sdk');
    otherSite = await startPageServer('qingstor-sdk');
    browser = await startChromium();
    [page, stranger] = await Promise.all([browser.context.newPage(), browser.context.newPage()]);
    await Promise.all([page.goto(site.origin), stranger.goto(otherSite.origin)]);
  });

  afterAll(async () => {
    await browser?.stop();
    await Promise.all([server, site, otherSite].map(started => started?.stop()));
  });

  /** Each test has a bucket of its own, with an object `hello`. */
  let lastBucket = 0;
  let target: Target;
  let bucket: SendToQingstorBucket;
  beforeEach(async () => {
    lastBucket += 1;
    const name = `bucket-${lastBucket}`;
    const { id: access_key_id, secret: secret_access_key } = QINGSTOR_KEY;
    const settings = {
      access_key_id,
      secret_access_key,
      endpoint: `http://${server.qingstor}`,
      log_level: 'error',
    };
    target = { settings, bucket: name };
    bucket = await createQingstorBucket(server.qingstor, name);
    // Without it the browser may answer from its cache what it was answered under a former rule.
    await bucket({
      method: 'PUT',
      target: '/hello',
      body: 'hello',
      headers: { 'Cache-Control': 'no-store' },
    });
  });

  /** Buckets are private: who has no key needs a presigned URL. */
  function helloUrl(): string {
    const object = { method: 'GET', target: `/${target.bucket}/hello`, headers: {} };
    return `http://${server.qingstor}${presignQingstorTarget(object, Math.floor(Date.now() / 1000) + 600)}`;
  }

  function ruleFor(origin: string, rule: Readonly<Record<string, unknown>> = {}): object {
    const methods = ['GET', 'PUT', 'POST', 'DELETE'];
    return {
      allowed_origin: origin,
      allowed_methods: methods,
      allowed_headers: ['*'],
      max_age_seconds: 0,
      ...rule,
    };
  }

  /** Sets the one rule of the bucket. Preflights are not to be cached. */
  async function allow(origin: string, rule: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await putQingstorCors(bucket, { cors_rules: [ruleFor(origin, rule)] });
  }

  async function allowedPreflights(): Promise<number> {
    const { text } = await adminApi(server.admin)('/metrics');
    const labels = { dialect: 'qingstor', kind: 'preflight', outcome: 'allowed', reason: '' };
    return requestCount(parseExposition(text), labels);
  }

  it('uploads, after a preflight, downloads and deletes', async () => {
    await allow(site.origin);
    const before = await allowedPreflights();
    expect(await call(page, target, 'putObject', 'dir/中 文+.txt', { body: 'from the page' })).toMatchObject({
      status: 201,
    });
    expect(await allowedPreflights()).toBe(before + 1);
    expect(await call(page, target, 'getObject', 'dir/中 文+.txt')).toMatchObject({
      status: 200,
      data: 'from the page',
    });
    const stored = await bucket({ target: '/dir/%E4%B8%AD%20%E6%96%87%2B.txt' });
    expect(stored.text).toBe('from the page');
    expect(await call(page, target, 'deleteObject', 'dir/中 文+.txt')).toMatchObject({ status: 204 });
    expect((await bucket({ target: '/dir/%E4%B8%AD%20%E6%96%87%2B.txt' })).status).toBe(404);
  });

  it('finds the bucket in the host as well', async () => {
    await allow(site.origin);
    const port = server.qingstor.slice(server.qingstor.lastIndexOf(':'));
    const settings = {
      ...target.settings,
      endpoint: `http://localhost${port}`,
      enable_virtual_host_style: true,
    };
    const inHost = { ...target, settings };
    expect(await call(page, inHost, 'putObject', 'key', { body: 'body' })).toMatchObject({ status: 201 });
    expect(await call(page, inHost, 'getObject', 'key')).toMatchObject({ status: 200, data: 'body' });
    expect((await bucket({ target: '/key' })).text).toBe('body');
  });

  it('reads and changes the configuration, once it is let in', async () => {
    const [own, other] = [ruleFor(site.origin), ruleFor(otherSite.origin)];
    expect(await configure(page, target, 'getCORS')).toEqual({ message: 'Error: Network Error' });
    await allow(site.origin);
    expect(await configure(page, target, 'getCORS')).toMatchObject({
      status: 200,
      data: { cors_rules: [own] },
    });
    expect(await call(stranger, target, 'getObject', 'hello')).toEqual(BLOCKED_CALL);
    expect(await configure(page, target, 'putCORS', [own, other])).toMatchObject({ status: 200 });
    expect(await call(stranger, target, 'getObject', 'hello')).toMatchObject({ status: 200, data: 'hello' });
    expect(await configure(page, target, 'deleteCORS')).toMatchObject({ status: 204 });
    expect(await call(page, target, 'getObject', 'hello')).toEqual(BLOCKED_CALL);
  });

  it('is kept out while there is no rule for it', async () => {
    expect(await call(page, target, 'putObject', 'key', { body: 'body' })).toEqual(BLOCKED_CALL);
    expect(await fetchIn(page, helloUrl())).toEqual(BLOCKED_FETCH);
    expect((await bucket({ target: '/key' })).status).toBe(404);
  });

  it('is kept out when the rule is for another origin', async () => {
    await allow(site.origin);
    expect(await call(stranger, target, 'putObject', 'key', { body: 'body' })).toEqual(BLOCKED_CALL);
    expect(await call(stranger, target, 'getObject', 'hello')).toEqual(BLOCKED_CALL);
    expect(await fetchIn(stranger, helloUrl())).toEqual(BLOCKED_FETCH);
    expect((await bucket({ target: '/key' })).status).toBe(404);
    expect(await fetchIn(page, helloUrl())).toMatchObject({ status: 200, data: 'hello' });
  });

  it('is kept out of a method, or a header, that the rule does not have', async () => {
    await allow(site.origin, { allowed_methods: ['GET'], allowed_headers: ['x-qs-date', 'authorization'] });
    expect(await call(page, target, 'getObject', 'hello')).toMatchObject({ status: 200 });
    expect(await call(page, target, 'deleteObject', 'hello')).toEqual(BLOCKED_CALL);
    await allow(site.origin, { allowed_headers: ['x-qs-date', 'authorization'] });
    // Uploads have a content type as well.
    expect(await call(page, target, 'putObject', 'key', { body: 'body' })).toEqual(BLOCKED_CALL);
    expect((await bucket({ target: '/hello' })).status).toBe(200);
  });

  it('is let in by the any-method and a wildcard', async () => {
    await allow('http://127.0.0.1:*', { allowed_methods: ['*'] });
    expect(await call(page, target, 'putObject', 'key', { body: 'body' })).toMatchObject({ status: 201 });
    await allow('*', { allowed_methods: ['*'] });
    expect(await call(stranger, target, 'getObject', 'key')).toMatchObject({ status: 200, data: 'body' });
  });

  it('reads the ETag only when it is exposed', async () => {
    await allow(site.origin);
    expect(await call(page, target, 'getObject', 'hello')).toEqual({
      status: 200,
      etag: undefined,
      data: 'hello',
    });
    expect((await fetchIn(page, helloUrl())).etag).toBeUndefined();
    await allow(site.origin, { expose_headers: ['ETag'] });
    expect(await call(page, target, 'getObject', 'hello')).toEqual({
      status: 200,
      etag: HELLO_ETAG,
      data: 'hello',
    });
    expect((await call(page, target, 'putObject', 'key', { body: 'hello' })).etag).toBe(HELLO_ETAG);
    expect((await fetchIn(page, helloUrl())).etag).toBe(HELLO_ETAG);
  });

  it('reads what went wrong, for errors have the headers too', async () => {
    await allow(site.origin);
    expect(await call(page, target, 'getObject', 'nothing')).toMatchObject({
      status: 404,
      data: { code: 'object_not_exists' },
    });
    const forger = { ...target, settings: { ...target.settings, secret_access_key: 'wrong' } };
    expect(await call(page, forger, 'putObject', 'key', { body: 'body' })).toMatchObject({
      status: 401,
      data: { code: 'signature_not_matched' },
    });
    const missing = await fetchIn(page, helloUrl().replace('/hello', '/nothing'));
    expect([missing.status, missing.data]).toEqual([401, expect.stringContaining('signature_not_matched')]);
  });

  it('uploads in parts', async () => {
    await allow(site.origin);
    const begun = await call(page, target, 'initiateMultipartUpload', 'large');
    const { upload_id } = begun.data as { readonly upload_id: string };
    const bodies = ['p'.repeat(4 * 1024 ** 2), 'the end'];
    for (const [index, body] of bodies.entries()) {
      const part = await call(page, target, 'uploadMultipart', 'large', {
        upload_id,
        part_number: index + 1,
        body,
      });
      expect(part.status).toBe(201);
    }
    const object_parts = bodies.map((_, index) => ({ part_number: index + 1 }));
    expect(
      await call(page, target, 'completeMultipartUpload', 'large', { upload_id, object_parts }),
    ).toMatchObject({ status: 201 });
    expect((await bucket({ target: '/large' })).text).toBe(bodies.join(''));
  });
});
