import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino, { type Logger } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openUsageLog } from '../src/usage-log.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-usage-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const SILENT = pino({ level: 'silent' });

function newServerLog(): { readonly told: Readonly<Record<string, unknown>>[]; readonly log: Logger } {
  const told: Readonly<Record<string, unknown>>[] = [];
  return { told, log: pino({}, { write: line => void told.push(JSON.parse(line)) }) };
}

/** Writes a file that is `age` milliseconds old, as is the directory that it is in. */
function writeOld(path: string, age: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'line\n');
  const at = (Date.now() - age) / 1000;
  utimesSync(path, at, at);
  utimesSync(dirname(path), at, at);
}

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
    const { told, log: serverLog } = newServerLog();
    const log = openUsageLog(directory, serverLog);
    log.append('alice', 'a.log', 'one\n');
    log.append('alice', 'a.log', 'two\n');
    await log.close();
    expect(told).toMatchObject([{ level: 50, lines: 2, path: join(directory, 'alice/a.log') }]);
  });

  it('removes the old files of one tenant, and no others', async () => {
    const directory = temporaryDirectory();
    const now = Date.now();
    writeOld(join(directory, 'alice/2026/01/0.log'), 2_000_000);
    writeOld(join(directory, 'alice/2026/02/0.log'), 0);
    writeOld(join(directory, 'bob/2026/01/0.log'), 2_000_000);
    const log = openUsageLog(directory, SILENT);
    await log.removeOlder('alice', now - 1_000_000);
    await log.removeOlder('nobody', now);
    await log.close();
    expect(existsSync(join(directory, 'alice/2026/01/0.log'))).toBe(false);
    expect(existsSync(join(directory, 'alice/2026/02/0.log'))).toBe(true);
    expect(existsSync(join(directory, 'bob/2026/01/0.log'))).toBe(true);
  });

  it('tells once for a write how many lines came on top of what can wait', async () => {
    const directory = temporaryDirectory();
    const { told, log: serverLog } = newServerLog();
    const log = openUsageLog(directory, serverLog);
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let i = 0; i < 10; i++) log.append('alice', 'a.log', line);
    await log.close();
    expect(told).toMatchObject([{ level: 50, lines: 6 }]);
    expect(statSync(join(directory, 'alice/a.log')).size).toBe(4 * 1024 * 1024);
  });

  it('counts bytes of what waits, not characters', async () => {
    const directory = temporaryDirectory();
    const log = openUsageLog(directory, SILENT);
    const line = `${'\u4e2d'.repeat(1024 * 1024)}\n`;
    for (let i = 0; i < 2; i++) log.append('alice', 'a.log', line);
    await log.close();
    expect(statSync(join(directory, 'alice/a.log')).size).toBe(Buffer.byteLength(line));
  });

  it('lets nobody else read what it writes', async () => {
    const directory = join(temporaryDirectory(), 'analytics/azure-tables');
    const log = openUsageLog(directory, SILENT);
    log.append('alice', 'table/a.log', 'line\n');
    await log.close();
    const modeOf = (path: string): string => (statSync(join(directory, path)).mode & 0o777).toString(8);
    expect(['..', '.', 'alice', 'alice/table', 'alice/table/a.log'].map(modeOf)).toEqual([
      '700',
      '700',
      '700',
      '700',
      '600',
    ]);
  });
});

describe('removing old files of a usage log', () => {
  it('is done by several processes at once', async () => {
    const directory = temporaryDirectory();
    const names = Array.from({ length: 200 }, (_, i) => `alice/${i % 10}/${i}.log`);
    for (const name of names) writeOld(join(directory, name), 2_000_000);
    const now = Date.now();
    const logs = Array.from({ length: 4 }, () => openUsageLog(directory, SILENT));
    await Promise.all(logs.map(log => log.removeOlder('alice', now - 1_000_000)));
    expect(names.filter(name => existsSync(join(directory, name)))).toEqual([]);
  });

  it('passes over a link, whether or not it leads anywhere', async () => {
    const directory = temporaryDirectory();
    const elsewhere = join(directory, 'elsewhere/0.log');
    writeOld(elsewhere, 2_000_000);
    writeOld(join(directory, 'alice/b.log'), 2_000_000);
    symlinkSync(join(directory, 'nowhere'), join(directory, 'alice/a.log'));
    symlinkSync(dirname(elsewhere), join(directory, 'alice/c'));
    const log = openUsageLog(directory, SILENT);
    await log.removeOlder('alice', Date.now() - 1_000_000);
    expect(readdirSync(join(directory, 'alice'))).toEqual(['a.log', 'c']);
    expect(existsSync(elsewhere)).toBe(true);
  });

  it('goes on after what cannot be removed, and then fails with that', async () => {
    const directory = temporaryDirectory();
    const names = Array.from({ length: 8 }, (_, i) => `alice/${i}/0.log`);
    for (const name of names) writeOld(join(directory, name), 2_000_000);
    // Longer than a path can be: nothing in there can be asked for.
    const [short, long] = [join(directory, 'alice/x'), join(directory, `alice/${'x'.repeat(250)}`)];
    mkdirSync(join(short, ...Array.from({ length: 19 }, () => 'y'.repeat(200))), { recursive: true });
    renameSync(short, long);
    onTestFinished(() => renameSync(long, short));
    const log = openUsageLog(directory, SILENT);
    const removed = log.removeOlder('alice', Date.now() - 1_000_000);
    await expect(removed).rejects.toMatchObject({ cause: { code: 'ENAMETOOLONG' } });
    expect(names.filter(name => existsSync(join(directory, name)))).toEqual([]);
  });
});
