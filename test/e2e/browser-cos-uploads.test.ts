/** Uploads in slices by the browser SDK of COS. */
import type CosJsSdk from 'cos-js-sdk-v5';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { adminApi, policyPath } from '../support/admin-http.ts';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { createBucket, type SendToBucket } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import { describeWith } from '../support/required.ts';
import { LOCAL_KEY } from '../support/sign-cos.ts';

/** In the page, from the script that it loads. */
declare const COS: typeof CosJsSdk;

interface Target {
  readonly SecretId: string;
  readonly SecretKey: string;
  readonly Domain: string;
  readonly Bucket: string;
}

/** What a page learns of an upload. */
interface Seen {
  readonly status?: number | undefined;
  readonly etag?: string | undefined;
  readonly message?: string;
}

const MEBIBYTE = 1024 ** 2;
/** Of three slices and a half. */
const SIZE = 3.5 * MEBIBYTE;

interface UploadPlan {
  readonly method: 'uploadFile' | 'sliceUploadFile';
  readonly key: string;
  readonly size: number;
  /** What is done once, when so many bytes are up. */
  readonly interrupt?: { readonly afterBytes: number; readonly by: 'cancel' | 'pause and restart' };
}

/** Uploads a file that is the same every time, in slices of a mebibyte, one after another. */
function upload(page: Page, target: Target, plan: UploadPlan): Promise<Seen> {
  return page.evaluate(
    ([{ Domain, Bucket, ...secrets }, { method, key, size, interrupt }, slice]) =>
      new Promise<Seen>(resolve => {
        const cos = new COS({
          ...secrets,
          Domain,
          Protocol: 'http:',
          ChunkParallelLimit: 1,
          ProgressInterval: 0,
        });
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
        const Body = new File([bytes], 'large.bin', { lastModified: 1_700_000_000_000 });
        let task: string | undefined;
        let interrupted = false;
        const done = (error: unknown, result?: { statusCode?: number; ETag?: string }): void => {
          // Some errors are `{ error: <text> }`.
          const { message, error: text } = (error ?? {}) as { message?: string; error?: unknown };
          resolve(
            error
              ? { message: message ?? String(text ?? error) }
              : { status: result?.statusCode, etag: result?.ETag },
          );
        };
        const send = cos[method].bind(cos) as (
          options: CosJsSdk.UploadFileParams,
          callback: typeof done,
        ) => void;
        send(
          {
            Bucket,
            Region: 'ap-guangzhou',
            Key: key,
            Body,
            SliceSize: slice,
            ChunkSize: slice,
            onTaskReady: id => {
              task = id;
            },
            onProgress: ({ loaded }) => {
              if (!interrupt || interrupted || loaded < interrupt.afterBytes || task === undefined) return;
              interrupted = true;
              if (interrupt.by === 'cancel') {
                cos.cancelTask(task);
                resolve({ message: 'cancelled' });
              } else {
                cos.pauseTask(task);
                cos.restartTask(task);
              }
            },
          },
          done,
        );
      }),
    [target, plan, MEBIBYTE] as const,
  );
}

/** The parts, and the uploads begun, that a page sends while something is done. */
async function counted(
  page: Page,
  action: () => Promise<unknown>,
): Promise<{ parts: number; begun: number }> {
  const counts = { parts: 0, begun: 0 };
  const count = (request: Request): void => {
    if (request.method() === 'PUT' && request.url().includes('partNumber=')) counts.parts += 1;
    if (request.method() === 'POST' && /[?&]uploads\b/.test(request.url())) counts.begun += 1;
  };
  page.on('request', count);
  await action();
  page.off('request', count);
  return counts;
}

describeWith(CHROMIUM_MISSING)('a page that uploads in slices, in Chromium with cos-js-sdk-v5', () => {
  let server: LocalServer;
  let browser: Browser;
  let site: PageServer;
  let page: Page;

  beforeAll(async () => {
    server = await startLocalServer();
    site = await startPageServer();
    browser = await startChromium();
    page = await browser.context.newPage();
    await page.goto(site.origin);
  });

  afterAll(async () => {
    await browser?.stop();
    await Promise.all([server, site].map(started => started?.stop()));
  });

  let lastBucket = 0;
  let target: Target;
  let bucket: SendToBucket;
  beforeEach(async () => {
    lastBucket += 1;
    const name = `slices${lastBucket}-1250000000`;
    target = {
      SecretId: LOCAL_KEY.id,
      SecretKey: LOCAL_KEY.secret,
      Domain: `${server.cos}/{Bucket}`,
      Bucket: name,
    };
    bucket = await createBucket(server.cos, name);
    await allow({});
  });

  async function allow(rule: Readonly<Record<string, unknown>>): Promise<void> {
    const whole = {
      allowedOrigins: [site.origin],
      allowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
      allowedHeaders: ['*'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 0,
      ...rule,
    };
    const put = { method: 'PUT', body: { rules: [whole] } };
    expect((await adminApi(server.admin)(policyPath(target.Bucket), put)).status).toBe(200);
  }

  function expectedBytes(size: number): Buffer {
    return Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255));
  }

  async function expectStored(key: string, size: number): Promise<void> {
    const { status, body } = await bucket({ target: `/${key}` });
    expect([status, expectedBytes(size).equals(body)]).toEqual([200, true]);
  }

  async function unfinishedUploads(): Promise<number> {
    const { text } = await bucket({ target: '/?uploads' });
    return text.split('<UploadId>').length - 1;
  }

  it.each(['uploadFile', 'sliceUploadFile'] as const)('makes one object with %s', async method => {
    const plan: UploadPlan = { method, key: 'large', size: SIZE };
    const counts = await counted(page, async () => {
      expect(await upload(page, target, plan)).toEqual({
        status: 200,
        etag: expect.stringMatching(/^"[0-9a-f]{32}-4"$/),
      });
    });
    expect(counts).toEqual({ parts: 4, begun: 1 });
    await expectStored('large', SIZE);
    expect(await unfinishedUploads()).toBe(0);
  });

  it('sends a file of one slice whole', async () => {
    const counts = await counted(page, () =>
      upload(page, target, { method: 'uploadFile', key: 'small', size: 1000 }),
    );
    expect(counts).toEqual({ parts: 0, begun: 0 });
    await expectStored('small', 1000);
  });

  it('is told to expose the ETag where the rule does not', async () => {
    await allow({ exposeHeaders: [] });
    const seen = await upload(page, target, { method: 'uploadFile', key: 'large', size: SIZE });
    expect(seen.message).toMatch(/add "ETag" to CORS ExposeHeader/);
    expect((await bucket({ target: '/large' })).status).toBe(404);
    // The upload waits for somebody to go on with it.
    expect(await unfinishedUploads()).toBe(1);
  });

  it('is kept out by a rule without POST', async () => {
    await allow({ allowedMethods: ['GET', 'PUT'] });
    const seen = await upload(page, target, { method: 'sliceUploadFile', key: 'large', size: SIZE });
    expect(seen.message).toBe('CORS blocked or network error');
    expect(await unfinishedUploads()).toBe(0);
  });

  it('goes on where it stopped, also after it was loaded again', async () => {
    const plan: UploadPlan = { method: 'sliceUploadFile', key: 'large', size: SIZE };
    const stopped = { ...plan, interrupt: { afterBytes: 2.2 * MEBIBYTE, by: 'cancel' } } as const;
    expect(await upload(page, target, stopped)).toEqual({ message: 'cancelled' });
    expect((await bucket({ target: '/large' })).status).toBe(404);
    expect(await unfinishedUploads()).toBe(1);
    await page.reload();
    const counts = await counted(page, async () => {
      expect(await upload(page, target, plan)).toMatchObject({ status: 200 });
    });
    expect(counts.begun).toBe(0);
    expect(counts.parts).toBeLessThan(4);
    await expectStored('large', SIZE);
    expect(await unfinishedUploads()).toBe(0);
  });

  it('goes on with a task that it paused', async () => {
    const interrupt = { afterBytes: 1.2 * MEBIBYTE, by: 'pause and restart' } as const;
    const plan: UploadPlan = { method: 'sliceUploadFile', key: 'large', size: SIZE, interrupt };
    const counts = await counted(page, async () => {
      expect(await upload(page, target, plan)).toMatchObject({ status: 200 });
    });
    expect(counts.begun).toBe(1);
    await expectStored('large', SIZE);
  });

  it('gives up what it began', async () => {
    const interrupt = { afterBytes: 1.2 * MEBIBYTE, by: 'cancel' } as const;
    await upload(page, target, { method: 'sliceUploadFile', key: 'large', size: SIZE, interrupt });
    expect(await unfinishedUploads()).toBe(1);
    const given = await page.evaluate(async ({ Domain, Bucket, ...secrets }) => {
      const cos = new COS({ ...secrets, Domain, Protocol: 'http:' });
      const where = { Bucket, Region: 'ap-guangzhou', Key: 'large', Level: 'file' as const };
      const lists: unknown = await cos.abortUploadTask(where);
      const { successList, errorList } = lists as Record<'successList' | 'errorList', unknown[]>;
      return [successList.length, errorList.length];
    }, target);
    expect(given).toEqual([1, 0]);
    expect(await unfinishedUploads()).toBe(0);
  });
});
