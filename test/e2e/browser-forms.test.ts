/** HTML forms that a page of another origin posts to both services. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { createBucket, putCors, type SendToBucket } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type SendToQingstorBucket,
} from '../support/qingstor-http.ts';
import { describeWith } from '../support/required.ts';
import { signedCosPolicyFields } from '../support/sign-cos.ts';
import { signedPolicyFields } from '../support/sign-qingstor.ts';

const COS_BUCKET = 'forms-1250000000';
const QINGSTOR_BUCKET = 'forms-bucket';

type Fields = Readonly<Record<string, string>>;

/** Posts with `fetch`, as scripts do. */
function postFrom(page: Page, url: string, fields: Fields): Promise<{ status?: number; message?: string }> {
  return page.evaluate(
    async ([address, given]) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(given)) form.append(name, value);
      form.append('file', new File(['from the form'], '照片 1.txt', { type: 'text/plain' }));
      try {
        return { status: (await fetch(address, { method: 'POST', body: form })).status };
      } catch (error) {
        return { message: String(error) };
      }
    },
    [url, fields] as const,
  );
}

/** Submits a form of HTML, which takes the page to the answer, and gives the status of that. */
async function submitFrom(page: Page, url: string, fields: Fields): Promise<number> {
  await page.evaluate(
    ([address, given]) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.enctype = 'multipart/form-data';
      form.action = address;
      const add = (name: string, type: string): HTMLInputElement => {
        const input = document.createElement('input');
        input.name = name;
        input.type = type;
        form.append(input);
        return input;
      };
      for (const [name, value] of Object.entries(given)) add(name, 'hidden').value = value;
      const chosen = new DataTransfer();
      chosen.items.add(new File(['from the form'], '照片 1.txt', { type: 'text/plain' }));
      add('file', 'file').files = chosen.files;
      document.body.append(form);
    },
    [url, fields] as const,
  );
  const [response] = await Promise.all([
    page.waitForResponse(candidate => candidate.url() === url),
    page.evaluate(() => document.querySelector('form')?.submit()),
  ]);
  return response.status();
}

function policy(): string {
  const expiration = new Date(Date.now() + 600_000).toISOString();
  return JSON.stringify({ expiration, conditions: [['starts-with', '$key', 'up/']] });
}

describeWith(CHROMIUM_MISSING)('a form of a page of another origin, in Chromium', () => {
  let server: LocalServer;
  let browser: Browser;
  let site: PageServer;
  let cos: SendToBucket;
  let qingstor: SendToQingstorBucket;

  beforeAll(async () => {
    server = await startLocalServer();
    site = await startPageServer();
    browser = await startChromium();
    cos = await createBucket(server.cos, COS_BUCKET);
    qingstor = await createQingstorBucket(server.qingstor, QINGSTOR_BUCKET);
  });

  afterAll(async () => {
    await browser?.stop();
    await Promise.all([server, site].map(started => started?.stop()));
  });

  async function openPage(): Promise<Page> {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    return page;
  }

  const services = [
    {
      name: 'COS',
      url: () => `http://${server.cos}/${COS_BUCKET}`,
      sign: signedCosPolicyFields,
      redirectField: 'success_action_redirect',
      statuses: { stored: 204, redirected: 303, refused: 403 },
      allow: () =>
        putCors(
          cos,
          `<CORSRule><AllowedOrigin>${site.origin}</AllowedOrigin><AllowedMethod>POST</AllowedMethod></CORSRule>`,
        ),
      read: async (key: string) => await cos({ target: `/${encodeURI(key)}` }),
    },
    {
      name: 'QingStor',
      url: () => `http://${server.qingstor}/${QINGSTOR_BUCKET}`,
      sign: signedPolicyFields,
      redirectField: 'redirect',
      statuses: { stored: 201, redirected: 302, refused: 400 },
      allow: () =>
        putQingstorCors(qingstor, {
          cors_rules: [{ allowed_origin: site.origin, allowed_methods: ['POST'] }],
        }),
      read: async (key: string) => await qingstor({ target: `/${encodeURI(key)}` }),
    },
  ] as const;

  it.each(services)('reaches $name, whether or not its script may read the answer', async service => {
    const page = await openPage();
    const fields = { ...service.sign(policy()), 'Content-Type': 'text/x-own' };
    // A form is a simple request: no preflight keeps it out, only the answer is kept from the script.
    expect(await postFrom(page, service.url(), { key: 'up/unread', ...fields })).toEqual({
      message: 'TypeError: Failed to fetch',
    });
    expect((await service.read('up/unread')).text).toBe('from the form');
    await service.allow();
    expect(await postFrom(page, service.url(), { key: 'up/read', ...fields })).toEqual({
      status: service.statuses.stored,
    });
    const { text, headers } = await service.read('up/read');
    expect([text, headers['content-type']]).toEqual(['from the form', 'text/x-own']);
    expect(await postFrom(page, service.url(), { key: 'down/read', ...fields })).toEqual({
      status: service.statuses.refused,
    });
    expect((await service.read('down/read')).status).toBe(404);
  });

  it.each(services)('takes the visitor to $name and back', async service => {
    const page = await openPage();
    const back = `${site.origin}/done`;
    const fields = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
      key: 'up/${filename}',
      ...service.sign(policy()),
      [service.redirectField]: back,
    };
    expect(await submitFrom(page, service.url(), fields)).toBe(service.statuses.redirected);
    await page.waitForURL(url => url.href.startsWith(`${back}?`));
    const stored = await service.read('up/照片 1.txt');
    expect([stored.text, stored.headers['content-type']]).toEqual(['from the form', 'text/plain']);
  });

  it('shows the visitor where COS put the file', async () => {
    const page = await openPage();
    const fields = { key: 'up/shown', ...signedCosPolicyFields(policy()), success_action_status: '201' };
    const url = `http://${server.cos}/${COS_BUCKET}`;
    expect(await submitFrom(page, url, fields)).toBe(201);
    await page.waitForURL(url);
    expect(await page.evaluate(() => document.documentElement.textContent)).toContain('up/shown');
    expect((await cos({ target: '/up/shown' })).text).toBe('from the form');
  });
});
