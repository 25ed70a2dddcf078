import { HISTORY_LIMIT, type TenantKey } from '../policy-store.ts';
import type { EtcdClient } from './etcd-client.ts';
import { EtcdError, etcdError } from './etcd-error.ts';
import {
  fromBase64,
  type KeyValue,
  type RangeAnswer,
  range,
  type TxnAnswer,
  toBase64,
  type WatchAnswer,
} from './gateway-json.ts';
import { decodeEntry, encodeEntry, type LogEntry, type SharedKeys } from './shared-records.ts';

/** The newest write, at some revision of etcd. */
export interface Head {
  /** Which cluster this is. */
  readonly clusterId: string;
  /** What etcd was at; other users of the cluster count too. */
  readonly etcdRevision: number;
  /** The revision of the newest write; 0 when there was none. */
  readonly revision: number;
  /** Whether the member that is preferred did not answer, and another one did. */
  readonly wasSilent: boolean;
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly revision: number }
  /** Nothing was written, then or by an earlier attempt: the newest entry is another. */
  | { readonly kind: 'behind'; readonly newest: LogEntry | undefined };

/** Some of the log as it was at one revision of etcd. */
export interface LogPage {
  readonly clusterId: string;
  readonly etcdRevision: number;
  /** Tenant by tenant, oldest first. */
  readonly entries: readonly LogEntry[];
  /** As etcd sent it, about. */
  readonly sizeBytes: number;
  /** Where the next page begins; undefined after the last one. */
  readonly next: string | undefined;
}

export type WatchMessage =
  /** From here on messages come when something happens. */
  | { readonly kind: 'open' }
  | {
      readonly kind: 'changes';
      readonly appended: readonly LogEntry[];
      readonly removed: readonly { readonly key: TenantKey; readonly sequence: number }[];
      /** Everything up to this revision of etcd was told now. */
      readonly etcdRevision: number;
    };

/** The log that all gateways share. Every operation throws an EtcdError when it cannot be done before the abort. */
export interface SharedLog {
  /** Tries each endpoint once. */
  readonly readHead: (signal: AbortSignal) => Promise<Head>;
  /** As every acknowledged write left it. */
  readonly readNewest: (key: TenantKey, signal: AbortSignal) => Promise<LogEntry | undefined>;
  /**
   * Appends an entry to a tenant's history if `after` is its newest one still. Once, however often it is sent; when this
   * throws, it may have happened or may yet.
   */
  readonly append: (
    after: LogEntry | undefined,
    entry: NewEntry,
    signal: AbortSignal,
  ) => Promise<AppendResult>;
  /** At most `limit` entries from `start` on (left out: the first), at one revision (left out: now). */
  readonly readPage: (options: PageOptions, signal: AbortSignal) => Promise<LogPage>;
  /** What happens after a revision: each time all that is known by then. Ends by an error of the kind `compacted` when not all of it is known any more. */
  readonly watch: (afterEtcdRevision: number, signal: AbortSignal) => AsyncGenerator<readonly WatchMessage[]>;
}

/** An entry before etcd has given it a revision. */
export type NewEntry = Omit<LogEntry, 'revision' | 'sequence'>;

export interface PageOptions {
  readonly start?: string;
  readonly etcdRevision?: number;
  readonly limit: number;
}

export function openSharedLog(client: EtcdClient, keys: SharedKeys): SharedLog {
  function decode({ key, value, mod_revision }: KeyValue): LogEntry {
    return decodeEntry(keys, fromBase64(key), fromBase64(value ?? ''), Number(mod_revision));
  }

  function newestOf({ kvs }: RangeAnswer): LogEntry | undefined {
    const [newest] = kvs ?? [];
    return newest && decode(newest);
  }

  function newestRange(key: TenantKey): object {
    return { ...range(keys.tenant(key)), limit: '1', sort_order: 'DESCEND', sort_target: 'KEY' };
  }

  return {
    async readHead(signal) {
      const { answer, wasSilent } = await client.ask('/v3/kv/range', range({ key: keys.head }), signal);
      const { header, kvs = [] } = answer as RangeAnswer;
      return {
        clusterId: header.cluster_id ?? '0',
        etcdRevision: Number(header.revision ?? 0),
        revision: Number(kvs[0]?.mod_revision ?? 0),
        wasSilent,
      };
    },

    async readNewest(key, signal) {
      return newestOf((await client.call('/v3/kv/range', newestRange(key), signal)) as RangeAnswer);
    },

    async append(after, entry, signal) {
      const { key, writeId } = entry;
      const sequence = (after?.sequence ?? 0) + 1;
      const own = toBase64(keys.entry(key, sequence));
      const oldest = sequence - HISTORY_LIMIT + 1;
      const transaction = {
        compare: after
          ? [
              compare(toBase64(keys.entry(key, after.sequence)), 'MOD', after.revision),
              compare(own, 'CREATE', 0),
            ]
          : [{ ...range(keys.tenant(key)), ...equals('CREATE', 0) }],
        success: [
          { request_put: { key: own, value: toBase64(encodeEntry(entry)) } },
          { request_put: { key: toBase64(keys.head) } },
          ...(oldest > 1
            ? [{ request_delete_range: range({ key: keys.entry(key, 0), end: keys.entry(key, oldest) }) }]
            : []),
        ],
        failure: [{ request_range: newestRange(key) }, { request_range: { key: own } }],
      };
      const answer = (await client.call('/v3/kv/txn', transaction, signal)) as TxnAnswer;
      if (answer.succeeded) return { kind: 'appended', revision: Number(answer.header.revision) };
      const [newestAnswer, ownAnswer] = answer.responses ?? [];
      const newest = newestAnswer?.response_range && newestOf(newestAnswer.response_range);
      const inPlace = ownAnswer?.response_range && newestOf(ownAnswer.response_range);
      // An earlier attempt was not answered, and did it.
      if (inPlace?.writeId === writeId) return { kind: 'appended', revision: inPlace.revision };
      if (inPlace === undefined && newest !== undefined && newest.sequence > sequence) {
        throw new EtcdError('unreachable', 'so much was written since that nobody knows who wrote first');
      }
      return { kind: 'behind', newest };
    },

    async readPage({ start, etcdRevision, limit }, signal) {
      const answer = (await client.call(
        '/v3/kv/range',
        {
          ...range(start === undefined ? keys.log : { ...keys.log, key: start }),
          limit: String(limit),
          ...(etcdRevision !== undefined && { revision: String(etcdRevision) }),
        },
        signal,
      )) as RangeAnswer;
      const { header, kvs = [], more } = answer;
      const last = kvs.at(-1);
      return {
        clusterId: header.cluster_id ?? '0',
        etcdRevision: etcdRevision ?? Number(header.revision ?? 0),
        entries: kvs.map(decode),
        sizeBytes: kvs.reduce((sum, { key, value = '' }) => sum + key.length + value.length, 0),
        next: more && last ? `${fromBase64(last.key)}\0` : undefined,
      };
    },

    async *watch(afterEtcdRevision, signal) {
      const request = {
        create_request: {
          ...range(keys.log),
          start_revision: String(afterEtcdRevision + 1),
          // An answer without events now and then, which tells how far this watch has come.
          progress_notify: true,
          // Otherwise what was missed comes in one message, however much that is.
          fragment: true,
        },
      };
      for await (const messages of client.stream('/v3/watch', request, signal)) {
        yield messages.map(message => readWatchAnswer(message as WatchAnswer));
      }
      throw new EtcdError('unreachable', 'etcd ended the watch');
    },
  };

  function readWatchAnswer({ result, error }: WatchAnswer): WatchMessage {
    if (!result) throw etcdError(error?.grpc_code, error?.message ?? 'the watch failed');
    if (result.canceled) throw cancelled(result.compact_revision, result.cancel_reason);
    return result.created ? { kind: 'open' } : readChanges(result);
  }

  function readChanges({ header, events = [], fragment }: NonNullable<WatchAnswer['result']>): WatchMessage {
    const appended: LogEntry[] = [];
    const removed: { key: TenantKey; sequence: number }[] = [];
    for (const { type, kv } of events) {
      if (type !== 'DELETE') {
        appended.push(decode(kv));
        continue;
      }
      const place = keys.parseEntry(fromBase64(kv.key));
      if (place) removed.push(place);
    }
    const last = events.at(-1);
    if (!last) return { kind: 'changes', appended, removed, etcdRevision: Number(header.revision ?? 0) };
    // The revision of the header may be of something that is not told yet. After a fragment, so may be that of its last
    // event.
    const told = Number(last.kv.mod_revision);
    return { kind: 'changes', appended, removed, etcdRevision: fragment ? told - 1 : told };
  }
}

function cancelled(compactRevision: string | undefined, reason: string | undefined): EtcdError {
  if (compactRevision !== undefined && compactRevision !== '0') {
    return new EtcdError('compacted', `etcd has compacted everything before revision ${compactRevision}`);
  }
  return etcdError(undefined, reason ?? 'etcd cancelled the watch');
}

function compare(key: string, target: 'MOD' | 'CREATE', revision: number): object {
  return { key, ...equals(target, revision) };
}

function equals(target: 'MOD' | 'CREATE', revision: number): object {
  const field = target === 'MOD' ? 'mod_revision' : 'create_revision';
  return { target, result: 'EQUAL', [field]: String(revision) };
}
