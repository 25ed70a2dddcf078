import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import { type ConsoleSession, expectFocus, putPolicy, startConsole } from '../support/console.ts';
import { sendCos } from '../support/cos-http.ts';
import { describeWith } from '../support/required.ts';

const BUCKET = 'live-1250000000';
const TENANT = `cos/${BUCKET}`;

describeWith(CHROMIUM_MISSING)('what happens, and what has happened', () => {
  let session: ConsoleSession;
  let page: Page;

  beforeAll(async () => {
    session = await startConsole();
    const rule = { allowedOrigins: ['https://app.example.com'], allowedMethods: ['GET'] };
    await putPolicy(session.admin, TENANT, { rules: [rule] });
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  async function preflight(origin: string, method = 'GET'): Promise<void> {
    await sendCos(session.server.cos, session.server.cos, {
      method: 'OPTIONS',
      target: `/${BUCKET}/a`,
      key: 'anonymous',
      headers: { Origin: origin, 'Access-Control-Request-Method': method },
    });
  }

  it('plots what comes in, and lists what is refused with its reason', async () => {
    page = await session.open(`#/${TENANT}/live`);
    await page.getByText('Nothing has been refused lately.').waitFor();
    const plot = (now: RegExp) => page.getByRole('img', { name: now });
    await plot(/^Preflights per second: now 0, highest 0/).waitFor();
    await page.waitForResponse(/\/metrics/);
    for (let i = 0; i < 20; i++) await preflight('https://app.example.com');
    await preflight('https://<b>evil</b>.example', 'PUT');
    await plot(/^Preflights per second: .* highest [1-9]/).waitFor();
    await plot(/^Refusals per second: .* highest 0\.[1-9]/).waitFor();
    await page.getByRole('row', { name: /^allowed 20 95\.2%/ }).waitFor();
    const refused = page.getByRole('table', { name: 'Most frequent refusals' }).getByRole('row').nth(1);
    await refused.waitFor();
    expect(await refused.textContent()).toContain('https://<b>evil</b>.examplePUT');
    await page.getByText('Every listener takes requests.').waitFor();
    await page.close();
  });

  it('leads from a refusal to trying the same', async () => {
    await preflight('https://other.example', 'GET');
    page = await session.open('#/');
    await page.getByRole('link', { name: 'Try GET from https://other.example' }).click();
    await page.getByRole('status').getByText('The browser keeps the answer from the page.').waitFor();
    expect(await page.getByLabel('Origin of the page').inputValue()).toBe('https://other.example');
    await page.close();
  });

  it('lists all tenants with rules, findings and refusals', async () => {
    await putPolicy(session.admin, 'boomi/account-123456', { rules: [] });
    page = await session.open('#/');
    const table = page.getByRole('table', { name: 'Everybody who has a policy or a bucket' });
    const row = table.getByRole('row', { name: /live-1250000000/ });
    await row.getByText(/note/).waitFor();
    await row.getByRole('cell', { name: '22', exact: true }).waitFor();
    await table.getByRole('row', { name: /account-123456 Boomi 0/ }).waitFor();
    await page.close();
  });

  it('looks at the rules of every tenant that is shown, and shows all of them in steps', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `many-${String(i).padStart(3, '0')}-1250000000`);
    const rules = [{ allowedOrigins: ['*'], allowedMethods: ['GET'] }];
    await Promise.all(names.map(name => putPolicy(session.admin, `cos/${name}`, { rules })));
    page = await session.open('#/');
    const table = page.getByRole('table', { name: 'Everybody who has a policy or a bucket' });
    const found = () => table.getByRole('cell', { name: /^\d+ (?:error|warning|note)/ }).count();
    await expect.poll(found, { timeout: 10_000 }).toBeGreaterThan(95);
    expect(await table.getByRole('row').count()).toBe(101);
    await page.getByRole('button', { name: /^Show (\d\d) of \1 more$/ }).click();
    await expectFocus(page, 'textContent', /^many-09\d-/);
    expect(await page.getByRole('button', { name: /^Show \d/ }).count()).toBe(0);
    const last = table.getByRole('row', { name: /many-119/ });
    await last.getByRole('cell', { name: /note|warning/ }).waitFor();
    expect(await table.getByText('…', { exact: true }).count()).toBe(0);
    await page.close();
  });

  it('tells what a candidate would change, and makes it the policy in force', async () => {
    const rule = { allowedOrigins: ['https://new.example'], allowedMethods: ['GET'] };
    await session.admin(`/api/v1/tenants/${TENANT}/candidate`, { method: 'PUT', body: { rules: [rule] } });
    await preflight('https://app.example.com');
    await preflight('https://new.example');
    page = await session.open(`#/${TENANT}/live`);
    const candidate = page.getByRole('region', { name: 'Candidate (only watched)' });
    await candidate.getByText('2 requests seen since; 2 of them').waitFor();
    await candidate.getByRole('row', { name: /https:\/\/new\.example GET would be let in/ }).waitFor();
    await candidate.getByRole('row', { name: /https:\/\/app\.example\.com GET would be shut out/ }).waitFor();
    await candidate.getByRole('button', { name: 'Make it the policy in force' }).click();
    await page.getByText('It is the policy in force now.').waitFor();
    await candidate.getByText('No candidate is held').waitFor();
    const { json } = await session.admin(`/api/v1/tenants/${TENANT}/policy`);
    expect(json).toMatchObject({ policy: { rules: [{ allowedOrigins: ['https://new.example'] }] } });
    await page.close();
  });

  it('goes back to an earlier revision, after telling what that changes', async () => {
    const rule = { allowedMethods: ['GET'] };
    const tenant = 'qingstor/history';
    const before = await putPolicy(session.admin, tenant, {
      rules: [{ ...rule, allowedOrigins: ['https://a.example'] }],
    });
    await putPolicy(session.admin, tenant, { rules: [{ ...rule, allowedOrigins: ['https://*.example'] }] });
    const { revision } = before.json as { readonly revision: number };
    page = await session.open(`#/${tenant}/history`);
    await page.getByRole('button', { name: `Show revision ${revision}` }).click();
    await page.getByText('Shuts out some of what is let in now').waitFor();
    await page.getByRole('button', { name: `Go back to revision ${revision}` }).click();
    await page.getByText(`Revision ${revision} is in force again`).waitFor();
    const { json } = await session.admin(`/api/v1/tenants/${tenant}/policy`);
    expect(json).toMatchObject({ policy: { rules: [{ allowedOrigins: ['https://a.example'] }] } });
    await page.close();
  });
});
