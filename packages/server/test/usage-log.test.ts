import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openUsageLog } from '../src/usage-log.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-usage-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const SILENT = pino({ level: 'silent' });

describe(openUsageLog, () => {
  it('writes the lines of a tenant to its files, in order, and what is left when it is closed', async () => {
    const directory = temporaryDirectory();
    const log = openUsageLog(directory, SILENT);
    log.append('alice', 'table/2026/0.log', 'one\n');
    log.append('alice', 'table/2026/1.log', 'other file\n');
    log.append('bob', 'table/2026/0.log', 'other tenant\n');
    log.append('alice', 'table/2026/0.log', 'two\n');
    await log.close();
    const read = (path: string): string => readFileSync(join(directory, path), 'utf8');
    expect(read('alice/table/2026/0.log')).toBe('one\ntwo\n');
    expect(read('alice/table/2026/1.log')).toBe('other file\n');
    expect(read('bob/table/2026/0.log')).toBe('other tenant\n');
  });

  it('adds to what an earlier process wrote', async () => {
    const directory = temporaryDirectory();
    for (const line of ['one\n', 'two\n']) {
      const log = openUsageLog(directory, SILENT);
      log.append('alice', 'a.log', line);
      await log.close();
    }
    expect(readFileSync(join(directory, 'alice/a.log'), 'utf8')).toBe('one\ntwo\n');
  });

  it('keeps a tenant in its directory, whatever its name is', async () => {
    const directory = temporaryDirectory();
    const log = openUsageLog(join(directory, 'logs'), SILENT);
    log.append('../bob', 'a.log', 'line\n');
    await log.close();
    expect(existsSync(join(directory, 'logs/..%2Fbob/a.log'))).toBe(true);
    expect(existsSync(join(directory, 'bob'))).toBe(false);
  });

  it('tells which lines are lost when they cannot be written', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'alice'), 'a file where a directory is wanted');
    const told: Record<string, unknown>[] = [];
    const log = openUsageLog(
      directory,
      pino({}, { write: (line: string) => void told.push(JSON.parse(line)) }),
    );
    log.append('alice', 'a.log', 'one\n');
    log.append('alice', 'a.log', 'two\n');
    await log.close();
    expect(told).toMatchObject([{ level: 50, lines: 2, path: join(directory, 'alice/a.log') }]);
  });

  it('removes the old files of one tenant, and no others', async () => {
    const directory = temporaryDirectory();
    const now = Date.now();
    const write = (path: string, at: number): void => {
      const file = join(directory, path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, 'line\n');
      utimesSync(file, at / 1000, at / 1000);
      utimesSync(join(file, '..'), at / 1000, at / 1000);
    };
    write('alice/2026/01/0.log', now - 2_000_000);
    write('alice/2026/02/0.log', now);
    write('bob/2026/01/0.log', now - 2_000_000);
    const log = openUsageLog(directory, SILENT);
    await log.removeOlder('alice', now - 1_000_000);
    await log.removeOlder('nobody', now);
    await log.close();
    expect(existsSync(join(directory, 'alice/2026/01/0.log'))).toBe(false);
    expect(existsSync(join(directory, 'alice/2026/02/0.log'))).toBe(true);
    expect(existsSync(join(directory, 'bob/2026/01/0.log'))).toBe(true);
  });
});
