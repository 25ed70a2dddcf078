import { HISTORY_LIMIT } from '@crossgate/policy-store';
import type { Gateway } from './gateway.ts';
import type { LogEntry } from './history.ts';
import { openClient } from './http-client.ts';
import { readPolicy } from './services.ts';

/** What a store has. */
export interface StoreLog {
  /** What was written last; undefined when there is nothing. */
  readonly newest: () => Promise<Pick<LogEntry, 'tenant' | 'revision'> | undefined>;
  /** Everything that is there of some tenants. Throws when that is something that no writer has written. */
  readonly of: (tenantIds: readonly string[]) => Promise<readonly LogEntry[]>;
  readonly close: () => void;
}

const TIMEOUT_MILLISECONDS = 10_000;

interface Revision {
  readonly revision: number;
  readonly policy: { readonly rules: readonly unknown[] } | null;
}

/** As a gateway tells it. */
export function openGatewayLog(gateway: Gateway): StoreLog {
  const { send, close } = openClient({ keepsConnections: false, timeoutMilliseconds: TIMEOUT_MILLISECONDS });

  async function get<Body>(path: string, whenAbsent: Body): Promise<Body> {
    const answer = await send(gateway.addressOf('admin') ?? '', { method: 'GET', path });
    if (answer.status === 404) return whenAbsent;
    if (answer.status !== 200) throw new Error(`the gateway does not tell ${path}: ${answer.text}`);
    return JSON.parse(answer.text) as Body;
  }

  async function entriesOf(tenant: string): Promise<readonly LogEntry[]> {
    const path = `/api/v1/tenants/${tenant}/policy/history`;
    const { revisions } = await get(path, { revisions: [] as readonly Revision[] });
    // Of a history that is full, the beginning is not known.
    const missing = revisions.length < HISTORY_LIMIT ? 0 : 1;
    return revisions.toReversed().map(({ revision, policy }, index) => {
      const state = readPolicy(policy);
      if (typeof state === 'object' || state === undefined) {
        throw new Error(`the store has a torn policy: ${JSON.stringify(policy)}`);
      }
      return { tenant, sequence: missing + index + 1, revision, state };
    });
  }

  return {
    async newest() {
      const { tenants } = await get('/api/v1/tenants', {
        tenants: [] as readonly { dialect: string; tenant: string; revision: number | null }[],
      });
      let newest: Pick<LogEntry, 'tenant' | 'revision'> | undefined;
      for (const { dialect, tenant, revision } of tenants) {
        if (revision === null || (newest && newest.revision >= revision)) continue;
        newest = { tenant: `${dialect}/${tenant}`, revision };
      }
      return newest;
    },
    async of(tenantIds) {
      return (await Promise.all(tenantIds.map(entriesOf))).flat();
    },
    close,
  };
}
