import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { findExecutable } from './find-executable.ts';

/** What to say where the tests cannot run; undefined where they can. */
export const CHROMIUM_MISSING: string | undefined =
  findExecutable('chromium') === undefined ? 'there is no chromium in /usr/bin or on the PATH' : undefined;

export interface Browser {
  readonly context: BrowserContext;
  readonly stop: () => Promise<void>;
}

/** A headless browser with a profile of its own, which keeps to this machine. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findExecutable('chromium');
  if (executablePath === undefined) throw new Error(CHROMIUM_MISSING);
  const profile = mkdtempSync(join(tmpdir(), 'crossgate-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      // It runs as root here, where Chromium's own sandbox does not start.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    stop: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
