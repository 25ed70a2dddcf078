import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import { type ConsoleSession, expectAccessible, putPolicy, startConsole } from '../support/console.ts';
import { sendCos } from '../support/cos-http.ts';
import { describeWith } from '../support/required.ts';

const BUCKET = 'accessible-1250000000';
const COS = `cos/${BUCKET}`;

describeWith(CHROMIUM_MISSING)('the console for everybody', () => {
  let session: ConsoleSession;

  beforeAll(async () => {
    session = await startConsole();
    const rule = { allowedOrigins: ['https://app.example.com'], allowedMethods: ['GET'] };
    await putPolicy(session.admin, COS, { rules: [rule, { ...rule, allowedOrigins: ['*'] }], vary: true });
    await putPolicy(session.admin, COS, { rules: [rule] });
    await putPolicy(session.admin, 'boomi/account-123456', { rules: [rule] });
    await putPolicy(session.admin, 'azure-tables/devstoreaccount1', {
      rules: [{ ...rule, maxAgeSeconds: 5 }],
    });
    await session.admin(`/api/v1/tenants/${COS}/candidate`, {
      method: 'PUT',
      body: { rules: [{ ...rule, allowedMethods: ['PUT'] }] },
    });
    for (const origin of ['https://app.example.com', 'https://other.example']) {
      await sendCos(session.server.cos, session.server.cos, {
        method: 'OPTIONS',
        target: `/${BUCKET}/a`,
        key: 'anonymous',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
      });
    }
  });

  afterAll(async () => {
    await session.stop();
    expect(session.complaints).toEqual([]);
  });

  let written = 0;
  const change = async (page: Page, origins: string): Promise<void> => {
    await page.getByLabel('Allowed origins').last().fill(origins);
  };
  const PAGES: readonly { name: string; hash: string; ready: (page: Page) => Promise<void> }[] = [
    { name: 'overview', hash: '#/', ready: page => page.getByText('Half within').first().waitFor() },
    {
      name: 'rules with findings',
      hash: `#/${COS}/rules`,
      ready: async page => {
        await change(page, 'https://*.*.example.com\nhttp://a.example/');
        await page.getByText('Error:').first().waitFor();
      },
    },
    {
      name: 'what saving changes',
      hash: `#/${COS}/rules`,
      ready: async page => {
        await change(page, 'https://other.example');
        await page.getByRole('button', { name: 'Save…' }).click();
        await page.getByText('The document of the service').click();
        await page.getByRole('region', { name: 'The document of the service' }).waitFor();
      },
    },
    {
      name: 'a conflict',
      hash: '#/qingstor/conflict/rules',
      ready: async page => {
        await page.getByText(/^Revision|^No policy yet/).waitFor();
        await page.getByRole('button', { name: 'Add rule' }).click();
        await change(page, 'https://mine.example');
        const rule = { allowedOrigins: [`https://${++written}.example`], allowedMethods: ['GET'] };
        await putPolicy(session.admin, 'qingstor/conflict', { rules: [rule] });
        await page.getByRole('button', { name: 'Save…' }).click();
        await page.getByRole('button', { name: 'Save now' }).click();
        await page.getByRole('heading', { name: 'Somebody else has saved meanwhile' }).waitFor();
        await page.getByRole('region', { name: 'Your version' }).waitFor();
      },
    },
    {
      name: 'rows',
      hash: '#/boomi/account-123456/rules',
      ready: page => page.getByLabel('Origin 1', { exact: true }).waitFor(),
    },
    {
      name: 'the five fields',
      hash: '#/azure-tables/devstoreaccount1/rules',
      ready: page => page.getByLabel('Allowed origins').waitFor(),
    },
    {
      name: 'try',
      hash: `#/${COS}/try?origin=https%3A%2F%2Fother.example&method=PUT`,
      ready: page => page.getByRole('heading', { name: 'The smallest change' }).waitFor(),
    },
    {
      name: 'try, of a method that a rule allows',
      hash: `#/${COS}/try?origin=https%3A%2F%2Fother.example&method=GET`,
      ready: page => page.getByRole('heading', { name: 'The smallest change' }).waitFor(),
    },
    { name: 'live', hash: `#/${COS}/live`, ready: page => page.getByText('Half within').first().waitFor() },
    {
      name: 'history',
      hash: `#/${COS}/history`,
      ready: page =>
        page
          .getByRole('button', { name: /^Show revision/ })
          .last()
          .click(),
    },
  ];

  describe.each(['light', 'dark'] as const)('%s', colorScheme => {
    it.each(PAGES)('has nothing that axe finds: $name', async ({ hash, ready }) => {
      const page = await session.open(hash);
      await page.emulateMedia({ colorScheme });
      await ready(page);
      await expectAccessible(page);
      await page.close();
    });
  });

  it.each(PAGES)(
    'fits a window of 320 pixels without scrolling to the side: $name',
    async ({ hash, ready }) => {
      const page = await session.open(hash);
      await page.setViewportSize({ width: 320, height: 640 });
      await ready(page);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
      await page.close();
    },
  );

  it.each([
    { name: 'wide', width: 1280 },
    { name: 'narrow', width: 390 },
  ])('does not scroll where everything fits the window: $name', async ({ width }) => {
    const page = await session.open(`#/${COS}/history`);
    await page.setViewportSize({ width, height: 2000 });
    await page
      .getByRole('button', { name: /^Show revision/ })
      .last()
      .waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollHeight')).toBe(2000);
    await page.close();
  });

  it('is done with the keyboard alone: add a rule and save it', async () => {
    const page = await session.open('#/qingstor/keyboard/rules');
    const focused = () =>
      page.evaluate<string>('document.activeElement.textContent || document.activeElement.id');
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let i = 0; i < 60 && !name.test(await focused()); i++) await page.keyboard.press('Tab');
      expect(await focused()).toMatch(name);
    };
    await page.getByRole('button', { name: 'Add rule' }).waitFor();
    await tabTo(/^Skip to the content$/);
    await page.keyboard.press('Enter');
    await tabTo(/^Add rule$/);
    await page.keyboard.press('Enter');
    await page.getByLabel('Allowed origins').waitFor();
    await tabTo(/allowedOrigins$/);
    await page.keyboard.type('https://typed.example');
    await tabTo(/^Save…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What saving changes' }).waitFor();
    await tabTo(/^Save now$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Saved as revision/).waitFor();
    const { json } = await session.admin('/api/v1/tenants/qingstor/keyboard/policy');
    expect(json).toMatchObject({ policy: { rules: [{ allowedOrigins: ['https://typed.example'] }] } });
    await page.close();
  });
});
