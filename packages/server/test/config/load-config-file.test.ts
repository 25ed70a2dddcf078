import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../src/config/load-config-file.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-load-'));
  file = join(directory, 'c.yaml');
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const TOO_LONG = ':1:1: must not have more than 262144 characters';

/** Loads what a command writes into a pipe. */
async function loadFromPipe(command: string): Promise<ReturnType<typeof loadConfigFile>> {
  execFileSync('mkfifo', [file]);
  const writer = spawn('sh', ['-c', `${command} > '${file}'`], { stdio: 'ignore' });
  const ended = once(writer, 'exit');
  const loaded = loadConfigFile(file);
  await ended;
  return loaded;
}

describe(loadConfigFile, () => {
  it('reads a file', () => {
    writeFileSync(file, 'host: ü\n');
    expect(loadConfigFile(file)).toEqual({ kind: 'text', text: { name: file, text: 'host: ü\n' } });
  });

  it('reads a pipe to its end, in as many pieces as it comes', async () => {
    // More than a pipe holds.
    const text = `#${'x'.repeat(200_000)}`;
    writeFileSync(join(directory, 'long'), text);
    expect(await loadFromPipe(`cat '${directory}/long'`)).toEqual({
      kind: 'text',
      text: { name: file, text },
    });
  });

  it('reads no more of a pipe without end than a configuration can have', async () => {
    expect(await loadFromPipe('yes')).toEqual({ kind: 'problem', message: `${file}${TOO_LONG}` });
  });

  it('reads no more of a file than a configuration can have', () => {
    writeFileSync(file, '');
    truncateSync(file, 2 ** 40);
    expect(loadConfigFile(file)).toEqual({ kind: 'problem', message: `${file}${TOO_LONG}` });
  });

  it('reads as much as a configuration can have, of whichever characters', () => {
    const text = `#${'語'.repeat(262_143)}`;
    writeFileSync(file, text);
    expect(loadConfigFile(file)).toEqual({ kind: 'text', text: { name: file, text } });
  });

  it.each(['/dev/zero', '/dev/null'])('does not read a device: %s', device => {
    const message = `${device}: cannot be read; it is neither a file nor a pipe`;
    expect(loadConfigFile(device)).toEqual({ kind: 'problem', message });
  });
});
