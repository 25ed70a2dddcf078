import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';

/** A table service of Azurite, Microsoft's emulator, in a process of its own. */
export interface Azurite {
  readonly url: string;
  readonly processId: number;
  readonly stop: () => Promise<void>;
}

const STARTED = 'Table service successfully started';

/** Keeps its tables in memory, and takes the account from the path, whatever the `Host` is. */
export async function startAzurite(): Promise<Azurite> {
  const manifest = createRequire(import.meta.url).resolve('azurite/package.json');
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-azurite-'));
  const port = await freePort();
  const options = [
    ...['--tableHost', '127.0.0.1', '--tablePort', String(port), '--inMemoryPersistence'],
    ...['--disableTelemetry', '--disableProductStyleUrl', '--skipApiVersionCheck'],
  ];
  const main = join(dirname(manifest), 'dist/src/table/main.js');
  const child = spawn(process.execPath, [main, ...options], { cwd: directory });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await untilStarted(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, processId: child.pid ?? 0, stop };
}

async function untilStarted(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const onOutput = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(STARTED)) resolve();
    };
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('exit', code => reject(new Error(`azurite ended with ${code}: ${output}`)));
  });
}
