import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SendToAdmin } from '../support/admin-http.ts';
import { TOKENS, WITH_TOKENS, withToken } from '../support/admin-session.ts';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import {
  type ConsoleSession,
  expectAccessible,
  expectFocus,
  putPolicy,
  startConsole,
} from '../support/console.ts';
import { describeWith } from '../support/required.ts';

const RULE = { allowedOrigins: ['https://app.example.com'], allowedMethods: ['GET'] };

describeWith(CHROMIUM_MISSING)('the console of a server that has tokens', () => {
  let session: ConsoleSession;
  let admin: SendToAdmin;
  let page: Page;

  beforeAll(async () => {
    session = await startConsole({}, { text: WITH_TOKENS });
    admin = withToken(session.admin, TOKENS.owner);
  });

  afterEach(async () => {
    await page.close();
    await session.browser.context.clearCookies();
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });

  async function logIn(token: string): Promise<void> {
    await page.getByLabel('Token').fill(token);
    await button('Log in').click();
  }

  /** A tenant with a rule, in the editor of somebody who may save, and something typed. */
  async function beginEdit(tenant: string): Promise<void> {
    await putPolicy(admin, tenant, { rules: [RULE] });
    page = await session.open(`#/${tenant}/rules`);
    await logIn(TOKENS.editor);
    await page.getByLabel('Allowed origins').fill('https://typed.example');
  }

  /** Light and dark, and in a narrow window. */
  async function expectFitForAll(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
    const size = page.viewportSize();
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    if (size) await page.setViewportSize(size);
  }

  /** As when it has lasted long enough: the browser still has its cookie. */
  async function endSession(): Promise<void> {
    const cookies = await session.browser.context.cookies();
    const [cookie] = cookies.filter(({ name }) => name.startsWith('crossgate_session'));
    const Cookie = `${cookie?.name}=${cookie?.value}`;
    const headers = { Cookie, Origin: `http://${session.server.admin}` };
    const ended = await session.admin('/api/v1/session', { method: 'DELETE', headers });
    expect(ended.json).toEqual({ ended: true });
  }

  async function stored(tenant: string): Promise<unknown> {
    return (await admin(`/api/v1/tenants/${tenant}/policy`)).json;
  }

  it('shows nothing but the log-in until somebody has logged in', async () => {
    await putPolicy(admin, 'cos/hidden-1250000000', { rules: [RULE] });
    page = await session.open('#/cos/hidden-1250000000/rules');
    await page.getByRole('heading', { name: 'Log in to Crossgate' }).waitFor();
    expect(await page.getByLabel('Token').getAttribute('type')).toBe('password');
    await expectFocus(page, 'id', /^token$/);
    await expectFitForAll();
    expect(await page.textContent('body')).not.toContain('hidden-1250000000');
    await logIn(`${TOKENS.owner}\n`);
    await page.getByLabel('Allowed origins').waitFor();
    await page.getByText('Logged in as owner').waitFor();
    expect(await page.evaluate<string>('document.cookie')).toBe('');
    expect(await page.evaluate<string>('JSON.stringify({...localStorage, ...sessionStorage})')).toBe('{}');
  });

  it('tells that a token is wrong, and keeps it to be corrected', async () => {
    page = await session.open('#/');
    await logIn('wrong-0123456789abcdefghi');
    await page.getByRole('alert').getByText('There is no such token').waitFor();
    expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Token').inputValue()).toBe('wrong-0123456789abcdefghi');
    await expectAccessible(page);
    await page.keyboard.type(TOKENS.reader);
    await page.keyboard.press('Enter');
    await page.getByText('Logged in as reader').waitFor();
    await expectFocus(page, 'id', /^main$/);
  });

  it('logs out, and then shows nothing of what was there', async () => {
    page = await session.open('#/');
    await logIn(TOKENS.owner);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await button('Log out').click();
    await page.getByRole('heading', { name: 'Log in to Crossgate' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in to Crossgate' }).waitFor();
    expect(await page.textContent('body')).not.toContain('1250000000');
  });

  it('asks again when the session ends in the middle of an edit, and the edit goes on', async () => {
    const tenant = 'cos/interrupted-1250000000';
    await beginEdit(tenant);
    await button('Save…').click();
    await endSession();
    await button('Save now').click();
    const dialog = page.getByRole('dialog', { name: 'You are logged out' });
    await dialog.getByText('Nothing you have typed is lost').waitFor();
    await expectFitForAll();
    expect(await stored(tenant)).toMatchObject({ policy: { rules: [RULE] } });

    await logIn('wrong-0123456789abcdefghi');
    await dialog.getByText('There is no such token').waitFor();
    await logIn(TOKENS.editor);
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('status').getByText('You are logged in as editor').waitFor();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
    await expectFocus(page, 'textContent', /^Save now$/);
    await button('Save now').click();
    await page.getByText(/^Saved as revision/).waitFor();
    expect(await stored(tenant)).toMatchObject({
      policy: { rules: [{ allowedOrigins: ['https://typed.example'] }] },
    });
  });

  it('lets one finish typing first, and leads back to the log-in', async () => {
    const tenant = 'cos/later-1250000000';
    await putPolicy(admin, tenant, { rules: [RULE] });
    page = await session.open(`#/${tenant}/rules`);
    await logIn(TOKENS.editor);
    await page.getByLabel('Allowed origins').fill('https://one.example');
    await endSession();
    let release = (): void => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    await page.route('**/refusals?*', async route => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    // What was asked before is answered late, and is no news.
    const late = page.waitForResponse('**/refusals?*');
    release();
    await late;
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByLabel('Allowed origins').fill('https://two.example');
    await button('Log in again').click();
    await logIn(TOKENS.editor);
    await page.getByText('You are logged in as editor').waitFor();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://two.example');
    await button('Save…').click();
    await button('Save now').click();
    await page.getByText(/^Saved as revision/).waitFor();
  });

  it('notices that somebody has logged in in another tab, with another role', async () => {
    const tenant = 'cos/two-tabs-1250000000';
    await beginEdit(tenant);
    await button('Save…').click();
    await endSession();
    await button('Save now').click();
    await button('Not now').click();
    await button('Log in again').waitFor();
    const other = await page.context().request.post(`http://${session.server.admin}/api/v1/session`, {
      data: { token: TOKENS.reader },
    });
    expect(other.status()).toBe(200);
    await button('Save now').click();
    await page.getByText('reader has the role read-only').first().waitFor();
    await page.getByText('Logged in as reader').waitFor();
    expect(await button('Log in again').count()).toBe(0);
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
  });

  it('has what was typed also when the page is loaded anew to log in', async () => {
    const tenant = 'cos/reloaded-1250000000';
    await beginEdit(tenant);
    await endSession();
    await page.reload();
    await logIn(TOKENS.editor);
    await page.getByLabel('Allowed origins').waitFor();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
  });

  it('asks nothing by itself while nobody is logged in', async () => {
    page = await session.open('#/');
    await logIn(TOKENS.reader);
    await page.waitForResponse(/\/metrics/);
    await endSession();
    await page.getByRole('dialog').waitFor();
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.clock.install();
    await page.clock.runFor(30_000);
    expect(asked).toEqual([]);
  });

  it('lets who may only read try changes, and says why they cannot be saved', async () => {
    const tenant = 'cos/watched-1250000000';
    await putPolicy(admin, tenant, { rules: [RULE] });
    await putPolicy(admin, tenant, { rules: [{ ...RULE, allowedMethods: ['PUT'] }] });
    await admin(`/api/v1/tenants/${tenant}/candidate`, { method: 'PUT', body: { rules: [RULE] } });
    page = await session.open(`#/${tenant}/rules`);
    await logIn(TOKENS.reader);
    const reason = page.getByText('The token reader has the role read-only').first();
    await reason.waitFor();
    await page.getByLabel('Allowed origins').fill('https://*.example');
    await button('What it would change…').click();
    await page.getByText('Lets in', { exact: true }).waitFor();
    expect(await button('Save now').count()).toBe(0);
    expect(await button('Only watch what it would change').count()).toBe(0);
    await expectFitForAll();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page
      .getByRole('button', { name: /^Show revision/ })
      .last()
      .click();
    await reason.waitFor();
    expect(await page.getByRole('button', { name: /^Go back to/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText(/requests seen since/).waitFor();
    await reason.waitFor();
    expect(await button('Make it the policy in force').count()).toBe(0);
    expect(await button('Drop it').count()).toBe(0);
  });

  it('goes on with everything typed when the connection was lost, also where nothing had come yet', async () => {
    const tenant = 'cos/lost-1250000000';
    await beginEdit(tenant);
    await page.context().setOffline(true);
    await button('Save…').click();
    await button('Save now').click();
    await page
      .getByRole('status')
      .getByText('The server did not answer. Nothing is lost; try again.')
      .waitFor();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByText('The server did not answer').last().waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: /^Show revision/ }).waitFor();
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
    await button('Save…').click();
    await button('Save now').click();
    await page.getByText(/^Saved as revision/).waitFor();
  });

  describe('a page of another origin', () => {
    const tenant = 'cos/forged-1250000000';
    const body = JSON.stringify({ rules: [{ ...RULE, allowedOrigins: ['https://evil.example'] }] });

    async function withForeignPage<Result>(
      host: string,
      use: (evil: Page) => Promise<Result>,
    ): Promise<Result> {
      const site = createServer((_, response) => {
        response
          .setHeader('Content-Type', 'text/html; charset=utf-8')
          .end('<!doctype html><title>evil</title>');
      });
      await new Promise<void>(resolve => site.listen(0, '127.0.0.1', resolve));
      const { port } = site.address() as AddressInfo;
      const evil = await session.browser.context.newPage();
      try {
        await evil.goto(`http://${host}:${port}/`);
        return await use(evil);
      } finally {
        await evil.close();
        site.closeAllConnections();
        site.close();
      }
    }

    // Another port of the same host is the same site: the browser sends the cookie there.
    it.each([
      { host: '127.0.0.1', sendsCookie: true },
      { host: 'localhost', sendsCookie: false },
    ])('at $host changes nothing and reads nothing', async ({ host, sendsCookie }) => {
      await putPolicy(admin, tenant, { rules: [RULE] });
      const before = await stored(tenant);
      page = await session.open(`#/${tenant}/rules`);
      await logIn(TOKENS.owner);
      await page.getByLabel('Allowed origins').waitFor();
      const base = `http://${session.server.admin}`;
      const url = `${base}/api/v1/tenants/${tenant}`;
      await withForeignPage(host, async evil => {
        const answers: { readonly status: number; readonly method: string; readonly hasCookie: boolean }[] =
          [];
        const seen: Promise<unknown>[] = [];
        evil.on('response', response => {
          if (!response.url().startsWith(base)) return;
          const request = response.request();
          const keep = async (): Promise<void> => {
            const { cookie } = await request.allHeaders();
            answers.push({
              status: response.status(),
              method: request.method(),
              hasCookie: cookie?.includes('crossgate_session') ?? false,
            });
          };
          seen.push(keep());
        });
        const outcome = await evil.evaluate<string[]>(
          `(async () => {
            const tried = [];
            const attempt = (url, options) => fetch(url, { credentials: 'include', ...options }).then(
              answer => tried.push(answer.type + ' ' + answer.status), error => tried.push(error.name));
            const body = ${JSON.stringify(body)};
            await attempt('${url}/policy', { method: 'PUT', body });
            await attempt('${url}/policy', { method: 'DELETE' });
            await attempt('${url}/candidate/promote', { method: 'POST', mode: 'no-cors', body });
            await attempt('${base}/api/v1/session', { method: 'POST', mode: 'no-cors', body: '{"token":"x"}' });
            await attempt('${base}/api/v1/tenants', {});
            await attempt('${base}/api/v1/tenants', { mode: 'no-cors' });
            return tried;
          })()`,
        );
        expect(outcome).toEqual(['TypeError', 'TypeError', 'opaque 0', 'opaque 0', 'TypeError', 'opaque 0']);
        await evil.evaluate(
          `document.body.innerHTML = '<form method="post" enctype="text/plain" action="${url}/candidate/promote"><input name=\\'{"policyRevision":1,"x":"\\' value=\\'"}\\'></form>'; document.forms[0].submit()`,
        );
        await evil.waitForURL(`${url}/candidate/promote`);
        expect(await evil.textContent('body')).toContain('have no business with the admin API');
        await Promise.all(seen);
        const reached = answers.filter(({ method }) => method !== 'OPTIONS');
        expect(reached.length).toBeGreaterThanOrEqual(4);
        expect(
          reached.every(({ status }) => status === 403),
          JSON.stringify(reached),
        ).toBe(true);
        expect(reached.some(({ hasCookie }) => hasCookie)).toBe(sendsCookie);
      });
      expect(await stored(tenant)).toEqual(before);
      // The session of whoever is logged in is left alone.
      await page.reload();
      await page.getByText('Logged in as owner').waitFor();
    });

    it('cannot have the console in a frame', async () => {
      page = await session.open('#/');
      await logIn(TOKENS.owner);
      await withForeignPage('127.0.0.1', async evil => {
        const base = `http://${session.server.admin}`;
        await evil.evaluate(`document.body.innerHTML = '<iframe src="${base}/"></iframe>'`);
        await evil.frameLocator('iframe').locator('body').waitFor({ state: 'attached' });
        await evil.waitForLoadState('networkidle');
        expect(evil.frames().map(frame => frame.url())).not.toContain(`${base}/`);
      });
    });
  });
});

describeWith(CHROMIUM_MISSING)('the console of a server on every address', () => {
  let session: ConsoleSession;

  beforeAll(async () => {
    const hosts = `dialects:\n  cos: { host: 0.0.0.0, credentials: [] }\n`;
    session = await startConsole({ adminHost: '0.0.0.0' }, { text: WITH_TOKENS + hosts });
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  it('shows and uses listeners by the name that the browser has for the server', async () => {
    const port = session.server.admin.split(':')[1];
    const cosPort = session.server.cos.split(':')[1];
    const page = await session.browser.context.newPage();
    page.on('pageerror', error => session.complaints.push(String(error)));
    const base = `http://gateway.localhost:${port}`;
    const tenant = 'cos/real-1250000000';
    await putPolicy(withToken(session.admin, TOKENS.owner), tenant, {
      rules: [{ ...RULE, allowedOrigins: [base] }],
    });
    await page.goto(`${base}/#/${tenant}/try`);
    await page.getByLabel('Token').fill(TOKENS.reader);
    await page.getByRole('button', { name: 'Log in' }).click();
    const url = await page.getByLabel('URL', { exact: true }).inputValue();
    expect(url).toMatch(new RegExp(`^http://gateway\\.localhost:${cosPort}/real-1250000000/`));
    const sent = page.waitForRequest(request => request.url() === url);
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('Reality agrees.').waitFor();
    expect((await (await sent).allHeaders())['cookie'] ?? '').not.toContain(TOKENS.reader);
    await page.goto(`${base}/#/boomi/account-123456/try`);
    await page.getByText('The listener takes requests of the machine that it runs on only').waitFor();
    expect(await page.getByRole('button', { name: 'Send it' }).isDisabled()).toBe(true);
    await page.close();
  });

  it('lets nobody put anything into the content security policy by Host', async () => {
    for (const Host of ['a;script-src *', 'a b', '"', 'a/..', '[::1;]:1', 'evil.example@x']) {
      const { headers } = await session.admin('/', { headers: { Host } });
      expect(String(headers['content-security-policy'])).toContain(
        `connect-src 'self' http://127.0.0.1:${session.server.cos.split(':')[1]} http://127`,
      );
    }
    // Not through a client that checks it.
    const socket = connect(Number(session.server.admin.split(':')[1]), '127.0.0.1');
    socket.end("GET / HTTP/1.1\r\nHost: a'; script-src 'unsafe-inline\r\nConnection: close\r\n\r\n");
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text).not.toContain('unsafe-inline');
  });
});
