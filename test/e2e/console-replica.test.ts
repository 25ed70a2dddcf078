import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_MISSING } from '../support/chromium.ts';
import { type ConsoleSession, putPolicy, startConsole } from '../support/console.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { describeWith } from '../support/required.ts';

const TENANT = 'cos/replicated-1250000000';
const RULE = { allowedOrigins: ['https://app.example.com'], allowedMethods: ['GET'] };

describeWith(CHROMIUM_MISSING ?? ETCD_MISSING)('the console of a server whose policies are in etcd', () => {
  let cluster: EtcdCluster;
  let session: ConsoleSession;
  let page: Page;

  beforeAll(async () => {
    cluster = await startEtcdCluster({ members: 1 });
    // Its first replica is yet to come.
    await cluster.kill(0);
    session = await startConsole({ store: `etcd=${cluster.endpoints.join(',')}` });
    page = await session.open(`#/${TENANT}/live`);
  });

  afterAll(async () => {
    await session.stop();
    await cluster.stop();
    expect(session.complaints).toEqual([]);
  });

  const health = () => page.getByRole('region', { name: 'Health' });
  const dots = () => health().locator('.dot');

  it('tells that the replica has never been complete, and then that it is', async () => {
    await health().getByText('The replica of the policies has never been complete.').waitFor();
    await health().getByText('Not every listener takes requests, or policies cannot be read.').waitFor();
    await expect
      .poll(async () => await dots().evaluateAll(all => all.map(dot => dot.className)))
      .toEqual(['dot bad', 'dot bad']);
    await cluster.restart(0);
    await health()
      .getByText(/^ ?The replica of the policies is up to date; the store answered \d s ago\.$/)
      .waitFor();
    await health().getByText('Every listener takes requests.').waitFor();
    expect(await dots().evaluateAll(all => all.map(dot => dot.className))).toEqual(['dot good', 'dot good']);
  });

  it('tells how long the store has not answered, and keeps a change that it does not take', async () => {
    await putPolicy(session.admin, TENANT, { rules: [RULE] });
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByLabel('Allowed origins').fill('https://typed.example');
    await cluster.kill(0);
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('button', { name: 'Save now' }).click();
    await page.getByRole('status').getByText('This could not be done:').waitFor();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await health()
      .getByText(/the store answered ([2-9]|\d\d) s ago/)
      .waitFor();
    await cluster.restart(0);
    await health()
      .getByText(/the store answered [01] s ago/)
      .waitFor();
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    expect(await page.getByLabel('Allowed origins').inputValue()).toBe('https://typed.example');
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('button', { name: 'Save now' }).click();
    await page.getByText(/^Saved as revision/).waitFor();
  });
});
