import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import { type ConsoleSession, putPolicy, startConsole } from '../support/console.ts';
import { describeWith } from '../support/required.ts';

const TENANT = 'cos/tried-1250000000';

describeWith(CHROMIUM_MISSING)('trying a request', () => {
  let session: ConsoleSession;
  let page: Page;

  beforeAll(async () => {
    session = await startConsole();
    const rule = { allowedHeaders: ['content-type'], exposeHeaders: ['ETag'] };
    await putPolicy(session.admin, TENANT, {
      rules: [
        { ...rule, id: 'read', allowedOrigins: ['https://app.example.com'], allowedMethods: ['GET'] },
        { ...rule, id: 'write', allowedOrigins: [`http://${session.server.admin}`], allowedMethods: ['PUT'] },
      ],
    });
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  beforeEach(async () => {
    await page?.close();
    page = await session.open(`#/${TENANT}/try`);
  });

  const verdict = (text: string) => page.getByRole('status').getByText(text).waitFor();

  it('shows at every change what a browser sends, what is answered, and what the page gets', async () => {
    await verdict('The page can read the answer.');
    await page.getByText('No preflight: the browser sends the request itself at once.').waitFor();
    await page.getByLabel('Request headers that the page sets').fill('Content-Type: application/json');
    await page.getByRole('heading', { name: 'The preflight that the browser sends' }).waitFor();
    await page.getByText('Access-Control-Request-Headers: content-type').waitFor();
    await page.getByLabel('Method', { exact: true }).fill('DELETE');
    await verdict('The browser keeps the answer from the page.');
    await page.getByText('The origin is allowed, but not with this method.').waitFor();
    const [, read, write] = await page.getByRole('table', { name: 'Rule by rule' }).getByRole('row').all();
    expect(await read?.textContent()).toContain('Does not allow the method.');
    expect(await write?.textContent()).toContain('Does not allow the origin.');
  });

  it('says what is wrong with what is no origin', async () => {
    await page.getByLabel('Origin of the page').fill('https://app.example.com/');
    await page.getByRole('status').getByText('They would send https://app.example.com.').waitFor();
    await page.getByLabel('Origin of the page').fill('app');
    await page.getByRole('status').getByText('No page has this for its origin').waitFor();
  });

  it('puts the smallest change into the rule editor, which saves it', async () => {
    await page.getByLabel('Origin of the page').fill('https://other.example');
    const change = page.getByRole('region', { name: 'The smallest change that would let it in' });
    await change.getByText('https://other.example').waitFor();
    await change.getByRole('button', { name: 'Put it into the rule editor' }).click();
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByText('Lets in more than now, and shuts out nobody.').waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
  });

  it('has a link for everything that is filled in', async () => {
    await page.getByLabel('Origin of the page').fill('https://other.example');
    await page.getByLabel('Method', { exact: true }).fill('PUT');
    await page.getByLabel('Request headers that the page sets').fill('X-One: a & b\nX-Two: ü');
    await page.getByLabel('Credentials').selectOption({ label: 'include (with cookies)' });
    await session.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    const { hash } = new URL(link);
    await page.waitForURL(link);
    const other = await session.open(hash);
    expect(await other.getByLabel('Origin of the page').inputValue()).toBe('https://other.example');
    expect(await other.getByLabel('Method', { exact: true }).inputValue()).toBe('PUT');
    expect(await other.getByLabel('Request headers').inputValue()).toBe('X-One: a & b\nX-Two: ü');
    expect(await other.getByLabel('Credentials').inputValue()).toBe('include');
    await other.close();
  });

  const CASES = [
    { name: 'a preflight that is refused', method: 'GET', headers: 'X-Other: 1', page: 'blocked' },
    { name: 'an answer that the page may not read', method: 'GET', headers: '', page: 'blocked' },
    {
      name: 'a preflight and an answer that pass',
      method: 'PUT',
      headers: 'Content-Type: a/b',
      page: 'readable',
    },
  ] as const;

  it.each(CASES)(
    'sends for real, and finds that reality agrees: $name',
    async ({ method, headers, page: outcome }) => {
      await page.getByLabel('Method', { exact: true }).fill(method);
      await page.getByLabel('Request headers that the page sets').fill(headers);
      await page.getByRole('button', { name: 'Send it' }).click();
      const real = page.getByRole('region', { name: 'Send it for real' });
      await real.getByText('Reality agrees.').waitFor();
      const happened =
        outcome === 'readable' ? 'The page got the answer, with status' : 'The page got a TypeError';
      expect(await real.getByText(happened).count()).toBe(1);
    },
  );

  it('finds that reality differs where somebody has changed the rules meanwhile', async () => {
    const tenant = 'cos/changed-1250000000';
    const rule = { allowedOrigins: [`http://${session.server.admin}`], allowedMethods: ['GET'] };
    await putPolicy(session.admin, tenant, { rules: [rule] });
    await page.close();
    page = await session.open(`#/${tenant}/try`);
    await page.getByRole('button', { name: 'Send it' }).waitFor();
    await page.getByRole('table', { name: 'Rule by rule' }).waitFor();
    await putPolicy(session.admin, tenant, { rules: [{ ...rule, allowedMethods: ['PUT'] }] });
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('Reality differs.').waitFor();
  });

  it('does not send to other places', async () => {
    await page.getByLabel('URL').fill('http://127.0.0.1:9/');
    expect(await page.getByRole('button', { name: 'Send it' }).isDisabled()).toBe(true);
  });
});
