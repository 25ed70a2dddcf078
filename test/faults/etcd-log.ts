import type { EtcdCluster } from '../support/etcd-cluster.ts';
import type { LogEntry } from './history.ts';
import { openClient } from './http-client.ts';
import { readPolicy } from './services.ts';
import type { StoreLog } from './store-log.ts';

const PREFIX = '/crossgate/v1/log/';
const TIMEOUT_MILLISECONDS = 10_000;

interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly mod_revision: string;
}

/** What etcd has, read past the gateways. */
export function openEtcdLog({ endpoints }: EtcdCluster): StoreLog {
  const { send, close } = openClient({ keepsConnections: false, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
  const hosts = endpoints.map(endpoint => new URL(endpoint).host);

  async function range(prefix: string, options: object = {}): Promise<readonly KeyValue[]> {
    const body = {
      key: toBase64(prefix),
      // Everything that begins with a text that ends with a slash: a zero follows the slash.
      range_end: toBase64(`${prefix.slice(0, -1)}0`),
      ...options,
    };
    const answer = await post('/v3/kv/range', JSON.stringify(body));
    const { kvs = [] } = JSON.parse(answer) as { readonly kvs?: readonly KeyValue[] };
    return kvs;
  }

  /** By the first member that answers: one that was just started does not yet. */
  async function post(path: string, body: string): Promise<string> {
    let problem: unknown;
    for (const host of hosts) {
      try {
        const { status, text } = await send(host, { method: 'POST', path, body });
        if (status === 200) return text;
        problem = text;
      } catch (error) {
        problem = error;
      }
    }
    throw new Error('etcd does not tell its log', { cause: problem });
  }

  return {
    async newest() {
      const [newest] = await range(PREFIX, { sort_target: 'MOD', sort_order: 'DESCEND', limit: '1' });
      return newest && { tenant: placeOf(newest).tenant, revision: Number(newest.mod_revision) };
    },
    async of(tenantIds) {
      const found = await Promise.all(tenantIds.map(id => range(`${PREFIX}${id}/`)));
      return found.flat().map(readEntry);
    },
    close,
  };
}

function placeOf({ key }: KeyValue): Pick<LogEntry, 'tenant' | 'sequence'> {
  const [dialect = '', tenant = '', sequence = ''] = fromBase64(key).slice(PREFIX.length).split('/');
  return { tenant: `${dialect}/${tenant}`, sequence: Number(sequence) };
}

function readEntry(found: KeyValue): LogEntry {
  const { policy } = JSON.parse(fromBase64(found.value)) as {
    readonly policy?: { readonly rules: readonly unknown[] };
  };
  const state = readPolicy(policy ?? null);
  if (typeof state === 'object' || state === undefined) {
    throw new Error(`etcd has a torn policy: ${fromBase64(found.value)}`);
  }
  return { ...placeOf(found), revision: Number(found.mod_revision), state };
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
