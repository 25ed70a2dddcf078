import type { EtcdCluster } from '../support/etcd-cluster.ts';
import { compactAndDefragment } from './compact.ts';
import { openClient } from './http-client.ts';

/** Where nobody else writes. */
const JUNK = '/junk/';
const PIECE_BYTES = 1_000_000;
const PUT_TIMEOUT_MILLISECONDS = 5_000;

/** Writes until etcd has no space left, and raises its alarm. */
export async function fillQuota({ endpoints }: EtcdCluster): Promise<void> {
  const value = Buffer.alloc(PIECE_BYTES, 'junk').toString('base64');
  const { send, close } = openClient({
    keepsConnections: true,
    timeoutMilliseconds: PUT_TIMEOUT_MILLISECONDS,
  });
  const { host } = new URL(endpoints[0] ?? '');
  try {
    for (let piece = 0; ; piece++) {
      const key = Buffer.from(`${JUNK}${piece}`).toString('base64');
      const answer = await send(host, {
        method: 'POST',
        path: '/v3/kv/put',
        body: JSON.stringify({ key, value }),
      });
      if (/space exceeded/.test(answer.text)) return;
      if (answer.status !== 200) throw new Error(`etcd does not take junk: ${answer.text}`);
    }
  } finally {
    close();
  }
}

export async function freeQuota(cluster: EtcdCluster): Promise<void> {
  await cluster.control('del', '--prefix', JUNK);
  await compactAndDefragment(cluster);
  await cluster.control('alarm', 'disarm');
}
