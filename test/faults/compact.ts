import type { EtcdCluster } from '../support/etcd-cluster.ts';

/** Lets etcd forget what was before now, and give back the room of it. */
export async function compactAndDefragment(cluster: EtcdCluster): Promise<void> {
  const text = await cluster.control('--write-out', 'json', 'get', 'is-it-there');
  const { header } = JSON.parse(text) as { readonly header: { readonly revision: number } };
  try {
    await cluster.control('compaction', '--physical', String(header.revision));
  } catch (error) {
    // Where the answer was lost, it is asked for again, and is done.
    if (!/revision has been compacted/.test(String(error))) throw error;
  }
  await cluster.control('defrag');
}
