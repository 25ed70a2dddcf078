import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { PolicyArchive } from '../archive.ts';
import { changed } from '../changed.ts';
import { isExpected } from '../expectation.ts';
import type { LmdbPoliciesOptions } from '../lmdb-policies.ts';
import type {
  Expected,
  PolicyStore,
  PolicyUpdate,
  StoredPolicy,
  TenantKey,
  WriteResult,
} from '../policy-store.ts';
import { assertTenantKey } from '../tenant-key.ts';
import { PolicyStoreUnavailableError } from '../unavailable.ts';
import { type EtcdConnection, openEtcdClient } from './etcd-client.ts';
import { EtcdError } from './etcd-error.ts';
import { openReplica } from './replica.ts';
import { type ReplicationLog, type ReplicationStatus, startReplication } from './replication.ts';
import { openSharedLog } from './shared-log.ts';
import { type LogEntry, sharedKeys } from './shared-records.ts';
import { withTimeLimit } from './time-limit.ts';
import { openVisibility } from './visibility.ts';

export interface EtcdPolicyStoreOptions extends EtcdConnection, Omit<LmdbPoliciesOptions, 'directory'> {
  /** Where this machine keeps its replica. Any number of processes may have it open, each of them once. */
  readonly replicaDirectory: string;
  /**
   * Whether this process keeps the replica up to date. Of those that share a replica, exactly one does. Default true.
   */
  readonly replicates?: boolean;
  /** Before every key in etcd; ends with a slash. Default `/crossgate/`. Stores of different prefixes are independent. */
  readonly prefix?: string;
  /** How long a write may take, until the replica has it. Default 5,000 ms. */
  readonly writeTimeoutMilliseconds?: number;
  /** How often etcd is asked what is newest. Default 1,000 ms. */
  readonly contactIntervalMilliseconds?: number;
  /** A pino logger is one. */
  readonly log?: ReplicationLog;
}

export interface EtcdStatus extends Partial<ReplicationStatus> {
  /** Whether the replica was complete once. Until then nothing can be read. */
  readonly isReady: boolean;
}

/**
 * Policies in etcd, for many machines. Reads are of a replica on this machine, and go on while etcd is away; writes go to
 * etcd and are acknowledged when the replica has them. What another machine wrote is seen soon after it was acknowledged
 * there, not at once.
 *
 * Operations throw {@link PolicyStoreUnavailableError}: all while there is no replica yet, writes when etcd cannot be
 * reached in time. Only a watch can begin before, with a reset as soon as there is a replica.
 */
export interface EtcdPolicyStore extends PolicyStore {
  readonly archive: PolicyArchive;
  readonly status: () => EtcdStatus;
  /** Resolves when the replica is complete; rejects when it is not within that time, or the store is closed. */
  readonly whenReady: (timeoutMilliseconds: number) => Promise<void>;
}

const WRITE_TIMEOUT_MILLISECONDS = 5_000;
const CONTACT_INTERVAL_MILLISECONDS = 1_000;

/** Throws when the replica's directory cannot be used, and for endpoints or a prefix that cannot be. */
export function openEtcdPolicyStore(options: EtcdPolicyStoreOptions): EtcdPolicyStore {
  const {
    replicates = true,
    prefix = '/crossgate/',
    writeTimeoutMilliseconds = WRITE_TIMEOUT_MILLISECONDS,
    contactIntervalMilliseconds = CONTACT_INTERVAL_MILLISECONDS,
  } = options;
  if (!prefix.endsWith('/')) throw new TypeError(`the prefix in etcd must end with a slash: ${prefix}`);
  if (options.endpoints.length === 0) throw new TypeError('there must be an etcd endpoint');
  const client = openEtcdClient(options);
  const log = openSharedLog(client, sharedKeys(prefix));
  const replica = openReplica({ ...options, directory: options.replicaDirectory }, prefix);
  const { policies } = replica;
  const visibility = openVisibility(replica, !replicates);
  const replication = replicates
    ? startReplication({
        log,
        client,
        replica,
        onChange: visibility.look,
        report: options.log,
        contactIntervalMilliseconds,
      })
    : undefined;
  const ending = new AbortController();
  // Every write that is under way listens to it.
  setMaxListeners(0, ending.signal);
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  let isReady = false;

  function assertOpen(): void {
    if (closing !== undefined) throw new Error('the policy store is closed');
  }

  /** An empty replica would be taken for an answer. */
  function assertReadable(): void {
    assertOpen();
    if (isReady) return;
    isReady = replica.source() !== undefined;
    if (!isReady) throw new PolicyStoreUnavailableError('the policies have not been read from etcd yet');
  }

  async function write(
    { dialect, tenant }: TenantKey,
    given: PolicyUpdate | 'delete',
    expected: Expected | undefined,
  ): Promise<WriteResult> {
    assertReadable();
    const key = { dialect, tenant };
    assertTenantKey(key);
    // A copy: the caller's objects may change before it is sent, and between two attempts.
    const update: typeof given = JSON.parse(JSON.stringify(given));
    return await inTime(signal => writeToLog(key, update, expected, signal));
  }

  async function inTime<Result>(action: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const writing = withTimeLimit(ending.signal, writeTimeoutMilliseconds, action);
    underWay.add(writing);
    try {
      return await writing;
    } catch (error) {
      throw error instanceof EtcdError ? unavailable(error) : error;
    } finally {
      underWay.delete(writing);
    }
  }

  async function writeToLog(
    key: TenantKey,
    update: PolicyUpdate | 'delete',
    expected: Expected | undefined,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    let newest = replica.newest(key);
    for (let isFromEtcd = false; ; isFromEtcd = true) {
      const current = inForce(newest);
      const isNothing = update === 'delete' && current === undefined;
      if (!isExpected(expected, current) || isNothing) {
        // The replica may be behind; nobody is refused for that.
        if (!isFromEtcd) {
          newest = await log.readNewest(key, signal);
          continue;
        }
        await visibility.of(newest?.revision ?? 0, signal);
        return isExpected(expected, current) ? { kind: 'absent' } : { kind: 'conflict', current };
      }
      const entry = { key, ...changed(current, update), writtenAt: Date.now(), writeId: randomUUID() };
      const result = await log.append(newest, entry, signal);
      if (result.kind === 'appended') {
        await visibility.of(result.revision, signal);
        return { kind: 'written', revision: result.revision, replaced: current?.revision };
      }
      newest = result.newest;
    }
  }

  const archive: PolicyArchive = {
    countTenants() {
      assertReadable();
      return policies.countTenants();
    },
    histories() {
      assertReadable();
      return policies.histories();
    },
    revisions(key) {
      assertReadable();
      return policies.history(key).toReversed();
    },
    async append(key, after, past) {
      assertReadable();
      assertTenantKey(key);
      const newest = replica.newest(key);
      if (newest?.revision !== after) return undefined;
      return await inTime(async signal => {
        const result = await log.append(newest, { key, ...past, writeId: randomUUID() }, signal);
        if (result.kind === 'behind') return undefined;
        await visibility.of(result.revision, signal);
        return result.revision;
      });
    },
  };

  return {
    archive,
    revision() {
      assertReadable();
      return policies.revision();
    },
    get(key) {
      assertReadable();
      return policies.get(key);
    },
    put: (key, policy, expected) => write(key, { policy }, expected),
    update: write,
    delete: (key, expected) => write(key, 'delete', expected),
    list(listOptions) {
      assertReadable();
      return policies.list(listOptions);
    },
    history(key) {
      assertReadable();
      return policies.history(key);
    },
    watch(listener, watchOptions) {
      assertOpen();
      return policies.watch(listener, watchOptions);
    },
    status() {
      assertOpen();
      isReady ||= replica.source() !== undefined;
      return { isReady, ...replication?.status() };
    },
    async whenReady(timeoutMilliseconds) {
      assertOpen();
      try {
        await withTimeLimit(ending.signal, timeoutMilliseconds, signal => visibility.ofFirst(signal));
      } catch (error) {
        const problem = replication?.status().problem;
        throw problem === undefined ? error : new PolicyStoreUnavailableError(problem, { cause: error });
      }
    },
    close() {
      closing ??= closeInOrder();
      return closing;
    },
  };

  async function closeInOrder(): Promise<void> {
    // Writes wait for what replication brings.
    await Promise.allSettled(underWay);
    ending.abort(new Error('the policy store is closed'));
    await replication?.close();
    await client.close();
    await policies.close();
  }
}

/** What a tenant has, by the newest entry of its history. */
function inForce(newest: LogEntry | undefined): StoredPolicy | undefined {
  if (newest?.policy === undefined) return undefined;
  const { key, revision, policy, settings, writtenAt } = newest;
  return { key, revision, policy, ...(settings && { settings }), writtenAt };
}

function unavailable(error: EtcdError): Error {
  if (error.kind === 'refused')
    return new Error(`etcd refused the write: ${error.message}`, { cause: error });
  return new PolicyStoreUnavailableError(`the write is not acknowledged by etcd: ${error.message}`, {
    cause: error,
  });
}
