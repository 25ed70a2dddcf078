import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type LmdbPolicyStore,
  openLmdbPolicyStore,
  type PolicyRevision,
  type PolicyStore,
} from '@crossgate/policy-store';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { eventually, numberedPolicy } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const TENANTS = 120;
const keyOf = (n: number) => ({ dialect: n % 2 === 0 ? 'cos' : 'boomi', tenant: `tenant-${n}` });

describeWith(ETCD_MISSING)('crossgate store migrate', () => {
  let cluster: EtcdCluster;
  let to: string;
  const opened: LmdbPolicyStore[] = [];
  beforeAll(async () => {
    cluster = await startEtcdCluster({ members: 1 });
    to = `etcd=${cluster.endpoints.join(',')}`;
  });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await cluster.control('del', '--prefix', '/crossgate/');
  });
  const stores = useEtcdStores(() => cluster.endpoints);

  function openDirectory(dataDirectory: string): LmdbPolicyStore {
    mkdirSync(dataDirectory, { recursive: true });
    const store = openLmdbPolicyStore({ directory: join(dataDirectory, 'policies') });
    opened.push(store);
    return store;
  }

  /** A data directory with policies, some of them deleted again. */
  async function fill(dataDirectory: string): Promise<LmdbPolicyStore> {
    const store = openDirectory(dataDirectory);
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: TENANTS }, (_, n) => store.put(keyOf(n), numberedPolicy(round))),
      );
    }
    await store.update(keyOf(0), { settings: { logging: { read: true } } });
    await store.delete(keyOf(1));
    return store;
  }
  const REVISIONS = 3 * TENANTS + 2;

  it('copies a directory to etcd and back, with histories', async () => {
    const [here, back] = [stores.newDirectory(), stores.newDirectory()];
    const source = await fill(here);
    await source.close();
    expect(await runCommand(['store', 'migrate', '--from', `lmdb=${here}`, '--to', to])).toEqual({
      exitCode: 0,
      stdout: `Tenants: ${TENANTS}. Revisions: ${REVISIONS} copied, 0 there before.\nAll histories are the same in both stores.\n`,
      stderr: '',
    });
    const again = await runCommand(['store', 'migrate', '--from', to, '--to', `lmdb=${back}`, '--json']);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toEqual({
      tenants: TENANTS,
      copied: REVISIONS,
      alreadyThere: 0,
      different: [],
    });
    const [first, last] = [openDirectory(here), openDirectory(back)];
    expect(last.list().map(withoutNumber)).toEqual(first.list().map(withoutNumber));
    expect(last.list()).toHaveLength(TENANTS - 1);
    for (let n = 0; n < TENANTS; n++) expect(historyOf(last, n)).toEqual(historyOf(first, n));
  });

  it('goes on where it was killed', async () => {
    const here = stores.newDirectory();
    await (await fill(here)).close();
    const target = await stores.openReady({ prefix: '/crossgate/' });
    const temporary = stores.newDirectory();
    const child = spawn(process.execPath, [MAIN, 'store', 'migrate', '--from', `lmdb=${here}`, '--to', to], {
      env: { ...process.env, TMPDIR: temporary },
    });
    const exit = once(child, 'exit');
    await eventually(() => expect(target.list().length).toBeGreaterThan(20));
    child.kill('SIGKILL');
    await exit;
    expect(readdirSync(temporary)).toEqual([]);
    const result = await runCommand(['store', 'migrate', '--from', `lmdb=${here}`, '--to', to, '--json']);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const report = JSON.parse(result.stdout) as { copied: number; alreadyThere: number };
    expect(report).toMatchObject({ tenants: TENANTS, different: [] });
    expect(report.alreadyThere).toBeGreaterThan(20);
    expect(report.copied + report.alreadyThere).toBe(REVISIONS);
    const source = openDirectory(here);
    await eventually(() => expect(target.list()).toHaveLength(TENANTS - 1));
    for (let n = 0; n < TENANTS; n++) expect(historyOf(target, n)).toEqual(historyOf(source, n));
  });

  it('ends with 2 when somebody has another history in the target', async () => {
    const here = stores.newDirectory();
    const source = openDirectory(here);
    for (const n of [0, 1]) await source.put(keyOf(n), numberedPolicy(n));
    await source.close();
    const target = await stores.openReady({ prefix: '/crossgate/' });
    await target.put(keyOf(1), numberedPolicy(7));
    const result = await runCommand(['store', 'migrate', '--from', `lmdb=${here}`, '--to', to]);
    expect(result).toMatchObject({ exitCode: 2, stderr: '' });
    expect(result.stdout).toContain('1 have another history in the target:\n  boomi/tenant-1\n');
    expect(target.get(keyOf(1))?.policy).toEqual(numberedPolicy(7));
  });

  it.each([
    {
      name: 'a store that is none',
      args: ['--from', 'floppy', '--to', 'lmdb=/x'],
      says: '--from must be lmdb=',
    },
    {
      name: 'a directory without policies',
      args: ['--from', 'lmdb=/no/such', '--to', 'lmdb=/x'],
      says: 'no policies in /no/such',
    },
    {
      name: 'an endpoint that is none',
      args: ['--from', 'etcd=a', '--to', 'lmdb=/x'],
      says: '--from a must be http://',
    },
    {
      name: 'a cluster that is away',
      args: ['--from', 'etcd=http://127.0.0.1:1', '--to', 'lmdb=/x'],
      says: '--from: http://127.0.0.1:1',
    },
  ])('cannot migrate $name', async ({ args, says }) => {
    const result = await runCommand(['store', 'migrate', ...args]);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain(says);
  });
});

function historyOf(store: PolicyStore, n: number): unknown {
  return store.history(keyOf(n)).map(withoutNumber);
}

function withoutNumber({ revision: _, ...rest }: PolicyRevision): object {
  return rest;
}
