import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ETCD_MISSING } from '../support/etcd-cluster.ts';
import { eventually } from '../support/policies.ts';
import { describeWith } from '../support/required.ts';
import { SETPRIV_MISSING } from '../support/tied-process.ts';

const OWNER = fileURLToPath(new URL('../support/etcd-cluster-process.mjs', import.meta.url));

/** Whether somebody listens there. */
async function listens(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describeWith(ETCD_MISSING ?? SETPRIV_MISSING)('startEtcdCluster', () => {
  it('leaves no member behind when its process is killed', async () => {
    const owner = fork(OWNER, [], { execArgv: [] });
    const [endpoints] = (await once(owner, 'message')) as [readonly string[]];
    expect(await Promise.all(endpoints.map(listens))).toEqual([true, true, true]);
    owner.kill('SIGKILL');
    await eventually(async () => {
      expect(await Promise.all(endpoints.map(listens))).toEqual([false, false, false]);
    });
  });
});
