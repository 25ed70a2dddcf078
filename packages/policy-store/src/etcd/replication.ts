import { NotCommittedError } from '../lmdb-environment.ts';
import type { EtcdClient } from './etcd-client.ts';
import { EtcdError } from './etcd-error.ts';
import type { Replica, ReplicaSource } from './replica.ts';
import type { Head, LogPage, SharedLog } from './shared-log.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** Where replication says what changes for the worse and for the better. A pino logger is one. */
export interface ReplicationLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface ReplicationStatus {
  /** How many revisions of etcd the newest write is ahead of the replica, as far as is known; 0 when it has everything. */
  readonly lagRevisions: number;
  /** Since etcd last answered; since the start when it never did. */
  readonly secondsSinceContact: number;
  /** Why etcd was not reached the last time, or what it has could not be taken; undefined when all is well. */
  readonly problem: string | undefined;
}

/** Keeps a replica up to date. */
export interface Replication {
  readonly status: () => ReplicationStatus;
  readonly close: () => Promise<void>;
}

export interface ReplicationParts {
  readonly log: SharedLog;
  readonly client: EtcdClient;
  readonly replica: Replica;
  /** Called after every change of the replica. */
  readonly onChange: () => void;
  readonly report: ReplicationLog | undefined;
  /** How often etcd is asked what is newest, to notice a watch that has fallen silent. */
  readonly contactIntervalMilliseconds: number;
}

const COMPACTED = 'etcd has compacted what is missing';

const FIRST_PAUSE_MILLISECONDS = 50;
/** What was missed is to be there soon after etcd is back. */
const LONGEST_PAUSE_MILLISECONDS = 500;
/** Where each attempt reads everything. */
const LONGEST_RELOAD_PAUSE_MILLISECONDS = 30_000;
/** How long a watch may be behind without a word. */
const SILENCE_MILLISECONDS = 500;
/** How long one page may take over all endpoints. */
const PAGE_MILLISECONDS = 10_000;
/** How much of a snapshot is in memory at once, about. */
const PAGE_BYTES = 2 * 1024 * 1024;
const LARGEST_PAGE_ENTRIES = 1_000;

/** Follows the log for as long as it is open: takes what is missing, or everything when that is not to be had. */
export function startReplication(parts: ReplicationParts): Replication {
  const { log, client, replica, onChange, report, contactIntervalMilliseconds } = parts;
  const closing = new AbortController();
  let lastContact = performance.now();
  let newestRevision = 0;
  let problem: { readonly message: string; readonly isOfContact: boolean } | undefined;
  /** Why the replica is to be replaced, whatever it has. */
  let mustReload: string | undefined;

  function hadContact({ revision }: Pick<Head, 'revision'>): void {
    lastContact = performance.now();
    newestRevision = revision;
    if (problem === undefined) return;
    // That etcd answers says nothing of what could not be taken.
    if (!problem.isOfContact && replica.policies.revision() < revision) return;
    report?.info(
      { revision },
      problem.isOfContact ? 'etcd answers again' : 'the replica has everything again',
    );
    problem = undefined;
  }

  function fail(error: unknown): void {
    const isOfContact = error instanceof EtcdError;
    if (problem?.isOfContact !== isOfContact) {
      report?.warn({ err: error }, `${whatFailed(error)}: policies are read from the replica as it is`);
    }
    problem = { message: error instanceof Error ? error.message : String(error), isOfContact };
  }

  /** What is newest in etcd, and what the replica had before etcd was asked: no more than that, if all is well. */
  async function look(signal: AbortSignal): Promise<Look> {
    const had = { source: replica.source(), revision: replica.policies.revision() };
    const head = await log.readHead(signal);
    hadContact(head);
    return { head, had };
  }

  /** Brings the replica to where a watch can begin. */
  async function catchUp(signal: AbortSignal): Promise<void> {
    const seen = await look(signal);
    const { head } = seen;
    const reason = mustReload ?? reasonToReload(seen);
    if (reason !== undefined) {
      report?.info({ reason }, 'all policies are read from etcd');
      await replica.replaceAll(readAll(log, signal));
      mustReload = undefined;
      onChange();
    } else if (head.revision === replica.policies.revision()) {
      // Nothing was written since, so nothing is missed should etcd have compacted what others wrote meanwhile.
      await replica.moveTo(head.etcdRevision);
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const from = replica.source()?.etcdRevision ?? 0;
    for await (const messages of log.watch(from, signal)) {
      const changes = messages.filter(message => message.kind === 'changes');
      if (changes.length > 0) {
        if ((await replica.apply(changes)) === 'foreign') {
          mustReload = 'something else than a gateway changed them';
          return;
        }
        onChange();
        newestRevision = Math.max(newestRevision, replica.policies.revision());
      }
      hadContact({ revision: newestRevision });
    }
  }

  /** Looks now and then whether the watch has told everything. Ends when it has not. */
  async function guard(signal: AbortSignal): Promise<void> {
    let behind: { readonly at: number; readonly since: number } | undefined;
    for (;;) {
      // What seems to be missing is looked for again soon.
      const milliseconds = behind ? SILENCE_MILLISECONDS : contactIntervalMilliseconds;
      if (!(await pause(Math.min(milliseconds, contactIntervalMilliseconds), signal))) return;
      try {
        const seen = await look(signal);
        if (reasonToReload(seen) !== undefined) return;
        const { head } = seen;
        if (head.wasSilent) {
          report?.warn({}, 'a member of etcd has fallen silent: another one is followed');
          return;
        }
        const revision = replica.policies.revision();
        if (head.revision <= revision) behind = undefined;
        else if (behind?.at !== revision) behind = { at: revision, since: performance.now() };
        else if (performance.now() - behind.since >= SILENCE_MILLISECONDS) {
          report?.warn({ revision, newest: head.revision }, 'a watch has fallen silent and is begun again');
          client.nextEndpoint();
          return;
        }
      } catch (error) {
        if (!signal.aborted) fail(error);
      }
    }
  }

  /** One attempt, from catching up to the end of the watch. */
  async function attempt(signal: AbortSignal): Promise<void> {
    await catchUp(signal);
    signal.throwIfAborted();
    const watch = new AbortController();
    const end = (): void => watch.abort();
    signal.addEventListener('abort', end, { once: true });
    const guarding = guard(watch.signal).finally(end);
    try {
      await follow(watch.signal);
    } catch (error) {
      // The guard ended it.
      if (!watch.signal.aborted) throw error;
    } finally {
      end();
      signal.removeEventListener('abort', end);
      await guarding;
    }
  }

  /** Gives how long the next attempt waits at the most. */
  function failAttempt(error: unknown): number {
    if (error instanceof EtcdError) {
      if (error.kind === 'compacted') mustReload = COMPACTED;
      else fail(error);
      return LONGEST_PAUSE_MILLISECONDS;
    }
    fail(error);
    // What the disk did not take comes again as soon as it is asked for, unless it is everything.
    if (error instanceof NotCommittedError && mustReload === undefined && replica.source() !== undefined) {
      return LONGEST_PAUSE_MILLISECONDS;
    }
    // What is in the way may be gone from etcd, but not from what a watch tells.
    mustReload = 'something in etcd could not be taken';
    return LONGEST_RELOAD_PAUSE_MILLISECONDS;
  }

  async function run(): Promise<void> {
    const { signal } = closing;
    for (let failures = 0; !signal.aborted; ) {
      const began = performance.now();
      let longest = LONGEST_PAUSE_MILLISECONDS;
      try {
        await attempt(signal);
      } catch (error) {
        if (signal.aborted) return;
        longest = failAttempt(error);
      }
      // One that lasted a while ended for a reason of its own.
      failures = performance.now() - began > longest ? 0 : failures + 1;
      const milliseconds = Math.min(longest, FIRST_PAUSE_MILLISECONDS * 2 ** failures);
      await pause(milliseconds * (0.5 + Math.random() / 2), signal);
    }
  }

  const running = run();
  return {
    status: () => ({
      lagRevisions: Math.max(0, newestRevision - replica.policies.revision()),
      secondsSinceContact: (performance.now() - lastContact) / 1000,
      problem: problem?.message,
    }),
    async close() {
      closing.abort();
      await running;
    },
  };
}

function whatFailed(error: unknown): string {
  if (error instanceof EtcdError) return 'etcd is away';
  return error instanceof NotCommittedError
    ? 'the replica cannot be written'
    : 'what etcd has cannot be taken';
}

interface Look {
  readonly head: Head;
  readonly had: { readonly source: ReplicaSource | undefined; readonly revision: number };
}

/** Why what the replica has is no beginning of what etcd has; undefined when it is. */
function reasonToReload({ head, had }: Look): string | undefined {
  if (!had.source) return 'there is no replica yet';
  if (had.source.clusterId !== head.clusterId) return 'this is another cluster';
  if (head.etcdRevision < had.source.etcdRevision) return 'etcd is at an earlier revision';
  if (head.revision < had.revision) return 'the newest write is gone';
  return undefined;
}

/** The whole log at one revision, in pages of about as many bytes, whatever the size of policies. */
export async function* readAll(log: SharedLog, signal: AbortSignal): AsyncGenerator<LogPage> {
  let limit = 16;
  let start: string | undefined;
  let etcdRevision: number | undefined;
  do {
    const options = {
      limit,
      ...(start !== undefined && { start }),
      ...(etcdRevision !== undefined && { etcdRevision }),
    };
    const page: LogPage = await withTimeLimit(signal, PAGE_MILLISECONDS, limited =>
      log.readPage(options, limited),
    );
    yield page;
    const perEntry = page.sizeBytes / Math.max(1, page.entries.length);
    // A page is at most twice as many as the last: what comes may be larger than what was seen.
    limit = Math.max(
      1,
      Math.min(LARGEST_PAGE_ENTRIES, 2 * limit, Math.floor(PAGE_BYTES / Math.max(1, perEntry))),
    );
    start = page.next;
    etcdRevision = page.etcdRevision;
  } while (start !== undefined);
}
