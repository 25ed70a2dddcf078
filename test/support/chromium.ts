import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Debian's Chromium, or another of that name on the path; undefined when there is none. */
export function findChromium(): string | undefined {
  const { PATH = '' } = process.env;
  const directories = ['/usr/bin', ...PATH.split(delimiter)];
  return directories.map(directory => join(directory, 'chromium')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What to say where the tests cannot run; undefined where they can. */
export const CHROMIUM_MISSING: string | undefined =
  findChromium() === undefined ? 'there is no chromium in /usr/bin or on the PATH' : undefined;

export interface Browser {
  readonly context: BrowserContext;
  readonly stop: () => Promise<void>;
}

/** A headless browser with a profile of its own, which keeps to this machine. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
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
