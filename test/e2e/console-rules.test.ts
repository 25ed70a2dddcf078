import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import { type ConsoleSession, expectFocus, putPolicy, startConsole } from '../support/console.ts';
import { describeWith } from '../support/required.ts';

interface StoredPolicy {
  readonly revision: number;
  readonly policy: { readonly rules: readonly Readonly<Record<string, unknown>>[]; readonly vary?: boolean };
}

describeWith(CHROMIUM_MISSING)('the rule editor', () => {
  let session: ConsoleSession;
  let page: Page;

  beforeAll(async () => {
    session = await startConsole();
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  beforeEach(async () => {
    await page?.close();
  });

  async function stored(tenant: string): Promise<StoredPolicy> {
    return (await session.admin(`/api/v1/tenants/${tenant}/policy`)).json as StoredPolicy;
  }

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const save = async (): Promise<void> => {
    await button('Save…').click();
    await button('Save now').click();
    await page.getByText(/^Saved as revision/).waitFor();
  };

  it('lets somebody open a tenant and write its first rule, with diagnostics while they type', async () => {
    page = await session.open('#/');
    await page.getByText('Open a tenant', { exact: true }).click();
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Tencent COS' });
    await page.getByLabel('Name', { exact: true }).fill('first-1250000000');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('There are no rules').waitFor();
    await button('Add rule').click();
    const origins = page.getByLabel('Allowed origins');
    await origins.fill('https://*.*.example.com');
    const finding = page.getByText('has more than one');
    await finding.waitFor();
    const describedBy = await origins.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${describedBy?.split(' ').at(-1)}"]`).textContent()).toContain(
      'more than one',
    );
    expect(await origins.getAttribute('aria-invalid')).toBe('true');
    await button('Save…').click();
    await page.getByRole('status').getByText('1 error has to be mended').waitFor();
    await page.evaluate("location.hash = '#/cos/another-1250000000/rules'");
    await page.getByRole('heading', { name: 'another-1250000000' }).waitFor();
    expect(await page.getByRole('status').allTextContents()).toEqual(['']);
    await page.goBack();
    await origins.fill('https://www.example.com\nhttps://*.example.com');
    await finding.waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'PUT' }).check();
    await page.getByLabel('Allowed request headers').fill('x-cos-*');
    await page.getByLabel('Exposed response headers').fill('ETag');
    await page.getByLabel('Preflight may be kept').fill('300');
    await page.getByLabel('Name of the rule').fill('site');
    await page.getByRole('checkbox', { name: 'Send Vary: Origin' }).check();
    await save();
    expect((await stored('cos/first-1250000000')).policy).toEqual({
      rules: [
        {
          id: 'site',
          allowedOrigins: ['https://www.example.com', 'https://*.example.com'],
          allowedMethods: ['GET', 'PUT'],
          allowedHeaders: ['x-cos-*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 300,
        },
      ],
      vary: true,
    });
    await page
      .getByRole('navigation', { name: 'Tenants' })
      .getByRole('link', { name: /first-1250000000 1 rule/ })
      .waitFor();
  });

  it('shows before saving whom a change lets in and shuts out, with requests that can be tried', async () => {
    const rule = { allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] };
    await putPolicy(session.admin, 'qingstor/compared', {
      rules: [{ ...rule, allowedOrigins: ['https://old.example'] }],
    });
    page = await session.open('#/qingstor/compared/rules');
    await page.getByLabel('Allowed origins').fill('https://new.example');
    await button('Save…').click();
    const panel = page.getByRole('region', { name: 'What saving changes' });
    await panel.getByText('Lets in something new, and shuts out something else.').waitFor();
    expect(await panel.getByText('https://new.example').count()).toBe(1);
    expect(await panel.getByText('https://old.example').count()).toBe(1);
    await panel.getByRole('link', { name: 'Try it: GET https://new.example' }).click();
    await page.getByText('The browser keeps the answer from the page.').waitFor();
    await expectFocus(page, 'id', /^main$/);
    await page.getByLabel('Decide by').selectOption({ label: 'what is in the rule editor' });
    await page.getByText('The page can read the answer.').waitFor();
  });

  it('speaks of origins and three boxes where the service does', async () => {
    page = await session.open('#/boomi/account-123456/rules');
    await button('Add Origin').click();
    await page.getByLabel('Origin 1', { exact: true }).fill('https://flow.example.com');
    await page.getByRole('checkbox', { name: 'POST, Origin 1' }).check();
    expect(await page.getByRole('checkbox').count()).toBe(3);
    await button('Add Origin').click();
    await page.getByLabel('Origin 2', { exact: true }).fill('https://gone.example.com');
    await button('Delete rule 2').click();
    await save();
    const { policy } = await stored('boomi/account-123456');
    expect(policy.rules).toMatchObject([
      { allowedOrigins: ['https://flow.example.com'], allowedMethods: ['GET', 'POST'] },
    ]);
  });

  it('has the five fields of Azure Tables, and tells of its limits', async () => {
    page = await session.open('#/azure-tables/devstoreaccount1/rules');
    await page.getByText('The service takes up to 5 rules').waitFor();
    for (let i = 0; i < 6; i++) await button('Add rule').click();
    await page.getByText('Error:').first().waitFor();
    await page.getByRole('region', { name: 'About the whole policy' }).getByText('rules').first().waitFor();
    for (const name of [
      'AllowedOrigins',
      'AllowedMethods',
      'AllowedHeaders',
      'ExposedHeaders',
      'MaxAgeInSeconds',
    ]) {
      expect(await page.getByText(name, { exact: true }).count()).toBe(6);
    }
  });

  it('gives the document of the service to copy', async () => {
    const rule = { allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] };
    await putPolicy(session.admin, 'cos/document-1250000000', { rules: [rule] });
    page = await session.open('#/cos/document-1250000000/rules');
    await page.getByText('The document of the service').click();
    await page.getByText('<AllowedOrigin>https://a.example</AllowedOrigin>').waitFor();
  });

  it('removes the policy when all rules are deleted, where the service takes none without', async () => {
    const rule = { allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] };
    await putPolicy(session.admin, 'cos/emptied-1250000000', { rules: [rule] });
    page = await session.open('#/cos/emptied-1250000000/rules');
    await button('Delete rule 1').click();
    await save();
    const { status } = await session.admin('/api/v1/tenants/cos/emptied-1250000000/policy');
    expect(status).toBe(404);
  });

  it('keeps what was typed when the page is loaded anew', async () => {
    const rule = { allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] };
    await putPolicy(session.admin, 'cos/kept-1250000000', { rules: [rule] });
    page = await session.open('#/cos/kept-1250000000/rules');
    await page.getByLabel('Allowed origins').fill('https://typed.example');
    await page.reload();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
    await button('Discard changes').click();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://a.example');
  });

  it('shows what somebody else has saved meanwhile, and loses nothing', async () => {
    const rule = { allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] };
    const tenant = 'cos/shared-1250000000';
    await putPolicy(session.admin, tenant, { rules: [rule] });
    page = await session.open(`#/${tenant}/rules`);
    await page.getByLabel('Allowed origins').fill('https://mine.example');
    await putPolicy(session.admin, tenant, {
      rules: [{ ...rule, allowedOrigins: ['https://theirs.example'] }],
    });
    await button('Save…').click();
    await button('Save now').click();
    const conflict = page.getByRole('region', { name: 'Somebody else has saved meanwhile' });
    await conflict
      .getByRole('region', { name: 'Their version' })
      .getByText('https://theirs.example')
      .waitFor();
    await conflict.getByRole('region', { name: 'Your version' }).getByText('https://mine.example').waitFor();
    expect(await conflict.getByText('Lets in something new, and shuts out something else.').count()).toBe(2);
    expect((await stored(tenant)).policy.rules).toMatchObject([
      { allowedOrigins: ['https://theirs.example'] },
    ]);
    await conflict.getByRole('button', { name: 'Save mine over theirs' }).click();
    await page.getByText(/^Saved as revision/).waitFor();
    expect((await stored(tenant)).policy.rules).toMatchObject([{ allowedOrigins: ['https://mine.example'] }]);
  });

  it('says that the server does not answer, keeps what was typed, and saves once it does', async () => {
    const tenant = 'cos/offline-1250000000';
    await putPolicy(session.admin, tenant, {
      rules: [{ allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] }],
    });
    page = await session.open(`#/${tenant}/rules`);
    await page.getByLabel('Allowed origins').fill('https://typed.example');
    await session.browser.context.setOffline(true);
    await button('Save…').click();
    await button('Save now').click();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    await session.browser.context.setOffline(false);
    await button('Save now').click();
    await page.getByText(/^Saved as revision/).waitFor();
    expect((await stored(tenant)).policy.rules).toMatchObject([
      { allowedOrigins: ['https://typed.example'] },
    ]);
  });

  it('holds a change beside the policy in force, to watch only', async () => {
    const tenant = 'cos/watched-1250000000';
    await putPolicy(session.admin, tenant, {
      rules: [{ allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] }],
    });
    page = await session.open(`#/${tenant}/rules`);
    await page.getByLabel('Allowed origins').fill('https://b.example');
    await button('Save…').click();
    await button('Only watch what it would change').click();
    await page.getByText('Held beside the policy in force').waitFor();
    const candidate = (await session.admin(`/api/v1/tenants/${tenant}/candidate`)).json as StoredPolicy;
    expect(candidate.policy.rules).toMatchObject([{ allowedOrigins: ['https://b.example'] }]);
    expect((await stored(tenant)).policy.rules).toMatchObject([{ allowedOrigins: ['https://a.example'] }]);
  });

  it('stays quick with as many rules as a service takes', async () => {
    const rules = Array.from({ length: 100 }, (_, i) => ({
      id: `rule-${i}`,
      allowedOrigins: Array.from({ length: 5 }, (__, j) => `https://site-${j}.team-${i}.example`),
      allowedMethods: ['GET', 'PUT'],
      allowedHeaders: ['authorization'],
    }));
    await putPolicy(session.admin, 'cos/large-1250000000', { rules });
    page = await session.open('#/cos/large-1250000000/rules');
    await page.getByText('Rule 100 · rule-99').click();
    await page.getByLabel('Allowed origins').fill('https://other.example');
    await button('Save…').click();
    await page.getByText('Lets in something new, and shuts out something else.').waitFor({ timeout: 5_000 });
  });

  it('shows hostile names and values as text', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const rules = [{ id: hostile, allowedOrigins: ['https://a.example'], allowedMethods: ['GET'] }];
    await putPolicy(session.admin, 'cos/hostile-1250000000', { rules });
    page = await session.open('#/cos/hostile-1250000000/rules');
    await page.getByText(`Rule 1 · ${hostile}`).waitFor();
    await page.getByLabel('Allowed origins').fill(`https://a.example/${hostile}`);
    await page.getByText('has a character that no origin has').waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('tells what the server finds that the page cannot know', async () => {
    page = await session.open('#/cos/too-large-1250000000/rules');
    await button('Add rule').click();
    const many = Array.from({ length: 300 }, (_, i) => `https://site-${i}.${'long'.repeat(60)}.example`);
    await page.getByLabel('Allowed origins').fill(many.join('\n'));
    await button('Save…').click();
    await button('Save now').click();
    await page.getByRole('status').getByText('The document has more than 65536 bytes').waitFor();
    expect((await page.getByLabel('Allowed origins').inputValue()).split('\n')).toHaveLength(300);
  });
});
