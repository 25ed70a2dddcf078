/** The web console in a real browser, as a person and as axe see it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type AdminResponse, adminApi, type SendToAdmin } from './admin-http.ts';
import { type Browser, startChromium } from './chromium.ts';
import { type LocalServer, type LocalServerOptions, startLocalServer } from './local-server.ts';

export interface ConsoleSession {
  readonly server: LocalServer;
  readonly admin: SendToAdmin;
  readonly browser: Browser;
  /** A fresh page at a place of the console, such as `#/cos/bucket-1250000000/rules`. */
  readonly open: (hash: string) => Promise<Page>;
  /** What pages have written to their consoles and thrown, which they never should. */
  readonly complaints: string[];
  readonly stop: () => Promise<void>;
}

export async function startConsole(
  settings: Readonly<Record<string, unknown>> = {},
  options: LocalServerOptions = {},
): Promise<ConsoleSession> {
  const server = await startLocalServer(settings, {}, options);
  const browser = await startChromium();
  const complaints: string[] = [];
  return {
    server,
    admin: adminApi(server.admin),
    browser,
    complaints,
    open: async hash => {
      const page = await browser.context.newPage();
      // Below that of a test: what was waited for is then told.
      page.setDefaultTimeout(10_000);
      page.on('pageerror', error => complaints.push(String(error)));
      page.on('console', message => {
        if (message.type() === 'error' && !isOfNetwork(message.text())) complaints.push(message.text());
      });
      await page.goto(`http://${server.admin}/${hash}`);
      return page;
    },
    stop: async () => {
      await browser.stop();
      await server.stop();
    },
  };
}

/** Chromium writes a line of its own for every request that failed; some of the tests make them fail. */
function isOfNetwork(text: string): boolean {
  return /^Failed to load resource|has been blocked by CORS policy/.test(text);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything that axe finds against WCAG 2.2 A and AA, and its best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const results = await page.evaluate<AxeResults>('axe.run()');
  const found = results.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(node => node.html) }));
  expect(found).toEqual([]);
  expect(results.passes.length).toBeGreaterThan(10);
}

/** Waits until what has the focus has this `id` or text: it gets it once it has been drawn. */
export async function expectFocus(page: Page, what: 'id' | 'textContent', expected: RegExp): Promise<void> {
  const focused = () => page.evaluate<string>(`document.activeElement.${what}.trim()`);
  await expect.poll(focused, { timeout: 5_000 }).toMatch(expected);
}

export async function putPolicy(admin: SendToAdmin, tenant: string, policy: object): Promise<AdminResponse> {
  const answer = await admin(`/api/v1/tenants/${tenant}/policy`, { method: 'PUT', body: policy });
  expect(answer.status, answer.text).toBe(200);
  return answer;
}
