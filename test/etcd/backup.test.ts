import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { ETCD_MISSING, type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { useEtcdStores } from '../support/etcd-store.ts';
import { eventually, numberedPolicy } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';

const TENANTS = 60;
const keyOf = (n: number) => ({ dialect: 'cos', tenant: `tenant-${n}` });

describeWith(ETCD_MISSING)('crossgate store backup and restore of etcd', () => {
  let cluster: EtcdCluster;
  let etcd: string;
  beforeAll(async () => {
    cluster = await startEtcdCluster({ members: 1 });
    etcd = `etcd=${cluster.endpoints.join(',')}`;
  });
  afterAll(() => cluster.stop());
  afterEach(() => cluster.control('del', '--prefix', '/crossgate/'));
  const stores = useEtcdStores(() => cluster.endpoints);

  async function fill(replicaDirectory: string): Promise<void> {
    const store = await stores.openReady({ prefix: '/crossgate/', replicaDirectory });
    for (const round of [0, 1]) {
      await Promise.all(
        Array.from({ length: TENANTS }, (_, n) => store.put(keyOf(n), numberedPolicy(round))),
      );
    }
    await store.delete(keyOf(0));
  }
  const REVISIONS = 2 * TENANTS + 1;

  it('bring all histories back into a cluster that lost them, and gateways follow', async () => {
    const directory = stores.newDirectory();
    await fill(join(stores.newDirectory(), 'policy-replica'));
    const file = join(directory, 'all.backup');
    const written = await runCommand(['store', 'backup', '--from', etcd, '--to', file, '--json']);
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(written.stdout)).toMatchObject({
      tenants: TENANTS,
      revisions: REVISIONS,
      objectsLeftOut: null,
    });
    await cluster.control('del', '--prefix', '/crossgate/');
    const gateway = await stores.openReady({ prefix: '/crossgate/' });
    const restored = await runCommand(['store', 'restore', '--from', file, '--to', etcd, '--json']);
    expect(restored).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(restored.stdout)).toMatchObject({ copied: REVISIONS, different: [] });
    await eventually(() => expect(gateway.list()).toHaveLength(TENANTS - 1));
    expect(gateway.get(keyOf(1))?.policy).toEqual(numberedPolicy(1));
  });

  it('read the replica of a gateway, running or not, when the cluster is gone', async () => {
    const data = stores.newDirectory();
    await fill(join(data, 'policy-replica'));
    await cluster.kill(0);
    const file = join(stores.newDirectory(), 'rescued.backup');
    const written = await runCommand([
      'store',
      'backup',
      '--from',
      `replica=${data}`,
      '--to',
      file,
      '--json',
    ]);
    await cluster.restart(0);
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(written.stdout)).toMatchObject({ tenants: TENANTS, revisions: REVISIONS });
    await cluster.control('del', '--prefix', '/crossgate/');
    const restored = await runCommand(['store', 'restore', '--from', file, '--to', etcd, '--json']);
    expect(JSON.parse(restored.stdout)).toMatchObject({ copied: REVISIONS, different: [] });
  });
});
