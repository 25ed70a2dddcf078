import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type LmdbPolicyStore,
  openBackup,
  openLmdbPolicyStore,
  type PolicyRevision,
} from '@crossgate/policy-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, type ServerProcess, startServerProcess } from '../support/command.ts';
import { eventually, numberedPolicy } from '../support/policies.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const keyOf = (n: number) => ({ dialect: 'cos', tenant: `bucket-${n}` });

let directory: string;
let data: string;
let file: string;
const opened: LmdbPolicyStore[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossgate-backup-'));
  data = join(directory, 'data');
  file = join(directory, 'policies.backup');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function openData(dataDirectory: string): LmdbPolicyStore {
  const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
  opened.push(store);
  return store;
}

/** A data directory with policies of so many tenants, one of them deleted again. */
async function fill(tenants: number): Promise<void> {
  const store = openData(data);
  await Promise.all(Array.from({ length: tenants }, (_, n) => store.put(keyOf(n), numberedPolicy(n))));
  await store.update(keyOf(0), { settings: { logging: { read: true } } });
  await store.delete(keyOf(1));
  opened.splice(0);
  await store.close();
}

function historiesIn(dataDirectory: string, tenants: number): readonly unknown[] {
  const store = openData(dataDirectory);
  return Array.from({ length: tenants }, (_, n) => store.history(keyOf(n)).map(withoutNumber));
}

describe('crossgate store backup and restore', () => {
  it('bring all histories into another directory', async () => {
    await fill(20);
    expect(await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file])).toEqual({
      exitCode: 0,
      stdout: `Tenants: 20. Revisions: 22. ${file} has ${statSync(file).size} bytes.\n`,
      stderr: '',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const copy = join(directory, 'copy');
    const result = await runCommand(['store', 'restore', '--from', file, '--to', `lmdb=${copy}`]);
    expect(result).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^The backup is of \d{4}-\S+Z\.\nTenants: 20\. Revisions: 22 copied, 0 there before\.\nAll histories are the same in the backup and the store\.\n$/,
      ),
      stderr: '',
    });
    expect(historiesIn(copy, 20)).toEqual(historiesIn(data, 20));
    expect(readdirSync(copy)).toEqual(['policies']);
  });

  it('tells as JSON', async () => {
    await fill(3);
    const args = ['--from', `lmdb=${data}`, '--to', file, '--json'];
    const written = await runCommand(['store', 'backup', ...args]);
    const { createdAt, ...rest } = JSON.parse(written.stdout) as { createdAt: string };
    expect(rest).toEqual({
      tenants: 3,
      revisions: 5,
      sizeBytes: statSync(file).size,
      objectsLeftOut: null,
    });
    const verified = await runCommand(['store', 'verify', file, '--json']);
    expect(JSON.parse(verified.stdout)).toEqual({ createdAt, tenants: 3, revisions: 5 });
    const copy = join(directory, 'copy');
    const restored = await runCommand(['store', 'restore', '--from', file, '--to', `lmdb=${copy}`, '--json']);
    expect(JSON.parse(restored.stdout)).toEqual({
      createdAt,
      tenants: 3,
      copied: 5,
      alreadyThere: 0,
      different: [],
    });
  });

  describe('beside a server', () => {
    let server: ServerProcess;
    beforeEach(async () => {
      server = await startServerProcess(data, ['--workers', '2']);
    });
    afterEach(() => server.stop('SIGTERM'));

    async function put(tenant: string, age: number): Promise<void> {
      const { rules } = numberedPolicy(age);
      const answer = await fetch(`http://${server.admin}/api/v1/tenants/cos/${tenant}/policy`, {
        method: 'PUT',
        body: JSON.stringify({ rules }),
      });
      expect(answer.ok).toBe(true);
    }

    it('write what every acknowledged change made, and tell that objects are left out', async () => {
      for (let n = 0; n < 10; n++) await put(`bucket-${n}`, n);
      const result = await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toContain(`Buckets and objects, in ${join(data, 'objects')}, are not in it`);
      await put('bucket-0', 77);
      const { contents, source, close } = await openBackup(file);
      expect(contents).toMatchObject({ tenants: 10, revisions: 10 });
      for await (const { revisions } of source.histories()) expect(revisions).toHaveLength(1);
      await close();
    });

    it('do not restore into its directory', async () => {
      await put('bucket-0', 1);
      await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
      const result = await runCommand(['store', 'restore', '--from', file, '--to', `lmdb=${data}`]);
      expect(result).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `crossgate: --to: process ${server.child.pid} uses ${data}: stop it\n`,
      });
    });
  });

  it('end with 2 when somebody has another history in the store, which stays', async () => {
    await fill(3);
    await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
    const copy = join(directory, 'copy');
    const target = openData(copy);
    await target.put(keyOf(2), numberedPolicy(99));
    opened.splice(0);
    await target.close();
    const result = await runCommand(['store', 'restore', '--from', file, '--to', `lmdb=${copy}`]);
    expect(result).toMatchObject({ exitCode: 2, stderr: '' });
    expect(result.stdout).toContain('1 have another history in the target:\n  cos/bucket-2\n');
    expect(openData(copy).get(keyOf(2))?.policy).toEqual(numberedPolicy(99));
  });

  it('restore nothing from a file that was cut off', async () => {
    await fill(50);
    await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
    truncateSync(file, statSync(file).size - 1);
    const copy = join(directory, 'copy');
    const result = await runCommand(['store', 'restore', '--from', file, '--to', `lmdb=${copy}`]);
    expect(result).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `crossgate: ${file} is a damaged backup, and nothing was restored from it: it ends too early\n`,
    });
    expect(existsSync(copy)).toBe(false);
  });

  it('leave the backup that was there when the disk is full', async () => {
    await fill(3);
    await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
    const before = readFileSync(file);
    await fill(3000);
    // No file of this process can be longer than 4 KiB. Without the signal, writing fails as it does on a full disk.
    const script = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;
    const args = ['store', 'backup', '--from', `lmdb=${data}`, '--to', file];
    const child = spawn('sh', ['-c', script, process.execPath, MAIN, ...args]);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk;
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(errors).toMatch(/^crossgate: the backup broke off: EFBIG.*; no backup was written\n$/);
    expect(code).toBe(1);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(['data', 'policies.backup']);
  });

  it('go on where a restore was killed, and let no server start before', async () => {
    const tenants = 4000;
    await fill(tenants);
    await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
    const copy = join(directory, 'copy');
    const restore = ['store', 'restore', '--from', file, '--to', `lmdb=${copy}`];
    const child = spawn(process.execPath, [MAIN, ...restore]);
    const exit = once(child, 'exit');
    await eventually(() => expect(existsSync(join(copy, 'copy.unfinished'))).toBe(true));
    const target = openData(copy);
    await eventually(() => expect(target.revision()).toBeGreaterThan(100));
    child.kill('SIGKILL');
    await exit;
    expect(target.revision()).toBeLessThan(tenants);
    opened.splice(0);
    await target.close();

    const problem = `a restore or migration into ${copy} did not end: run it again`;
    const serve = await runCommand(['serve', '--port-base', '0', '--data', copy]);
    expect(serve).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(problem) });
    const backup = ['store', 'backup', '--from', `lmdb=${copy}`, '--to', join(directory, 'half')];
    expect(await runCommand(backup)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(problem) });

    const again = await runCommand([...restore, '--json']);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    const report = JSON.parse(again.stdout) as { copied: number; alreadyThere: number };
    expect(report).toMatchObject({ tenants, different: [] });
    expect(report.alreadyThere).toBeGreaterThan(100);
    expect(report.copied + report.alreadyThere).toBe(tenants + 2);
    expect(historiesIn(copy, tenants)).toEqual(historiesIn(data, tenants));
    expect(readdirSync(copy)).toEqual(['policies']);
  });

  it('are told to stop, and leave no half a backup', async () => {
    await fill(4000);
    const child = spawn(process.execPath, [MAIN, 'store', 'backup', '--from', `lmdb=${data}`, '--to', file]);
    const exit = once(child, 'exit');
    await eventually(() => expect(readdirSync(directory)).toHaveLength(2));
    child.kill('SIGTERM');
    expect(await exit).toEqual([1, null]);
    expect(readdirSync(directory)).toEqual(['data']);
  });

  it.each([
    {
      name: 'a store that is none',
      args: ['--from', 'floppy'],
      says: '--from must be lmdb=DIRECTORY, etcd=URL,URL or replica=DIRECTORY',
    },
    {
      name: 'a directory without policies',
      args: ['--from', 'lmdb=/no/such'],
      says: 'there are no policies in /no/such',
    },
    {
      name: 'a directory without a replica',
      args: ['--from', 'replica=/no/such'],
      says: 'there is no replica of policies in /no/such',
    },
    {
      name: 'a cluster that is away',
      args: ['--from', 'etcd=http://127.0.0.1:1'],
      says: '--from: http://127.0.0.1:1',
    },
  ])('cannot back up $name', async ({ args, says }) => {
    const result = await runCommand(['store', 'backup', ...args, '--to', file]);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain(says);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    { name: 'verify', args: (file: string) => ['verify', file] },
    { name: 'restore', args: (file: string) => ['restore', '--from', file, '--to', `lmdb=${directory}`] },
  ])('says that there is no such backup to $name', async ({ args }) => {
    const file = join(directory, 'nowhere.backup');
    const stderr = `crossgate: ${file} cannot be read: there is no such file\n`;
    expect(await runCommand(['store', ...args(file)])).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  it('cannot write into a directory that is not there, nor in the place of one', async () => {
    await fill(2);
    for (const [to, says] of [
      [join(directory, 'none', 'file'), 'ENOENT'],
      [directory, 'is a directory: name a file in it'],
    ] as const) {
      const result = await runCommand(['store', 'backup', '--from', `lmdb=${data}`, '--to', to]);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(says);
    }
  });
});

function withoutNumber({ revision: _, ...rest }: PolicyRevision): object {
  return rest;
}
