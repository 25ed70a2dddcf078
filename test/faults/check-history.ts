import { checkRegister } from './check-register.ts';
import type { History, LogEntry, Read, State, Violation, Write } from './history.ts';

export interface Checked {
  readonly violations: readonly Violation[];
  /** How much was looked at. */
  readonly counts: {
    readonly acknowledgedWrites: number;
    readonly reads: number;
    readonly registers: number;
    /** Tenants of which the search for an order was given up. */
    readonly undecided: number;
    readonly recoveries: number;
  };
}

/** How soon every gateway must have everything, once a fault is over. */
const RECOVERY_LIMIT_MILLISECONDS = 2_000;

/** What everything that one tenant has to do with is looked up in. */
interface Tenant {
  readonly name: string;
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  readonly log: readonly LogEntry[];
  /** Whether nothing has left the log. */
  readonly isComplete: boolean;
  /** By the number of a write. */
  readonly revisions: ReadonlyMap<number, number>;
}

/** Looks for everything that must not have happened. */
export function checkHistory(history: History): Checked {
  const tenants = byTenant(history);
  const violations: Violation[] = [];
  let undecided = 0;
  for (const tenant of tenants) {
    violations.push(...lostWrites(tenant), ...doubleWrites(tenant), ...wrongReads(tenant));
    violations.push(...backwardReads(tenant), ...internalErrors(tenant));
    const order = checkRegister(tenant.writes);
    if (order === 'undecided') undecided += 1;
    if (order === 'not-linearizable') {
      violations.push({
        property: 'not-linearizable',
        message: `no order of the writes of ${tenant.name} explains their answers`,
        evidence: [...tenant.writes, ...tenant.log],
      });
    }
  }
  violations.push(...lateRecoveries(history));
  for (const death of history.deaths) {
    const message = `gateway ${death.gateway} ended by itself: ${death.how}`;
    violations.push({ property: 'gateway-died', message, evidence: [death] });
  }
  return {
    violations,
    counts: {
      acknowledgedWrites: history.writes.filter(({ outcome }) => outcome.kind === 'written').length,
      reads: history.reads.length,
      registers: tenants.length,
      undecided,
      recoveries: history.recoveries.length,
    },
  };
}

function byTenant({ writes, reads, log }: History): readonly Tenant[] {
  const [ofWrites, ofReads, ofLog] = [grouped(writes), grouped(reads), grouped(log)];
  const names = new Set([...ofWrites.keys(), ...ofReads.keys(), ...ofLog.keys()]);
  return Array.from(names, name => {
    const own = ofWrites.get(name) ?? [];
    const entries = (ofLog.get(name) ?? []).toSorted((a, b) => a.sequence - b.sequence);
    const revisions = new Map<number, number>();
    for (const { number, action, outcome } of own) {
      if (action === 'put' && outcome.kind === 'written' && outcome.revision !== undefined) {
        revisions.set(number, outcome.revision);
      }
    }
    for (const { state, revision } of entries) if (state !== 'absent') revisions.set(state, revision);
    const isComplete = entries.every(({ sequence }, index) => sequence === index + 1);
    return { name, writes: own, reads: ofReads.get(name) ?? [], log: entries, isComplete, revisions };
  });
}

function grouped<Item extends { readonly tenant: string }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.tenant);
    if (group) group.push(item);
    else groups.set(item.tenant, [item]);
  }
  return groups;
}

/** Whatever goes wrong around a gateway, it knows what to say. */
function internalErrors({ name, writes }: Tenant): readonly Violation[] {
  return writes
    .filter(({ outcome }) => outcome.kind === 'unknown' && outcome.status === 500)
    .map(write => ({
      property: 'internal-error',
      message: `write ${write.number} to ${name} was answered 500`,
      evidence: [write],
    }));
}

/** An acknowledged write is in the log, under the revision that was told; what is in the log was written by somebody. */
function lostWrites({ name, writes, log, isComplete }: Tenant): readonly Violation[] {
  const violations: Violation[] = [];
  const oldest = log[0]?.revision ?? 0;
  for (const write of writes) {
    const { outcome, action, number } = write;
    if (outcome.kind !== 'written') continue;
    const { revision } = outcome;
    // The log keeps so many of each tenant, and the answer of a service tells no revision.
    if (!isComplete && (revision === undefined || revision < oldest)) continue;
    const found = log.filter(entry => {
      const isState = action === 'put' ? entry.state === number : entry.state === 'absent';
      return isState && (revision === undefined || entry.revision === revision);
    });
    if (found.length > 0) continue;
    const message = `write ${number} to ${name} was acknowledged, and is not in the log`;
    violations.push({ property: 'acknowledged-write-lost', message, evidence: [write, ...log] });
  }
  const possible = new Set(
    writes
      .filter(({ outcome }) => outcome.kind === 'written' || outcome.kind === 'unknown')
      .map(({ number }) => number),
  );
  for (const entry of log) {
    if (entry.state === 'absent' || possible.has(entry.state)) continue;
    const message = `the log of ${name} has write ${entry.state}, which was refused or never sent`;
    violations.push({ property: 'invented-policy', message, evidence: [entry] });
  }
  return violations;
}

function doubleWrites({ name, writes, log, isComplete }: Tenant): readonly Violation[] {
  const violations: Violation[] = [];
  const counts = new Map<State, LogEntry[]>();
  for (const entry of log) counts.set(entry.state, [...(counts.get(entry.state) ?? []), entry]);
  const deletions = writes.filter(
    ({ action, outcome }) =>
      action === 'delete' && (outcome.kind === 'written' || outcome.kind === 'unknown'),
  ).length;
  for (const [state, entries] of counts) {
    const allowed = state === 'absent' ? deletions : 1;
    if (entries.length <= allowed || (state === 'absent' && !isComplete)) continue;
    const message = `${state === 'absent' ? 'deletions' : `write ${state}`} of ${name}: ${entries.length} times in the log, ${allowed} at the most were asked for`;
    violations.push({ property: 'happened-twice', message, evidence: entries });
  }
  return violations;
}

/** Everything that is read was written, by somebody who did not get a refusal, and as a whole. */
function wrongReads({ name, writes, reads, revisions }: Tenant): readonly Violation[] {
  const violations: Violation[] = [];
  const byNumber = new Map(writes.map(write => [write.number, write]));
  for (const read of reads) {
    const { seen } = read;
    if (seen === 'absent') continue;
    if (typeof seen === 'object') {
      violations.push({ property: 'torn-policy', message: `${name}: ${seen.torn}`, evidence: [read] });
      continue;
    }
    const own = revisions.get(seen);
    if (own !== undefined && read.revision !== undefined && own !== read.revision) {
      const message = `${name}: write ${seen} has revision ${own}, and is shown as revision ${read.revision}`;
      violations.push({ property: 'torn-policy', message, evidence: [read] });
      continue;
    }
    const write = byNumber.get(seen);
    const isPossible =
      write?.action === 'put' &&
      (write.outcome.kind === 'written' || write.outcome.kind === 'unknown') &&
      write.began <= read.ended;
    if (isPossible) continue;
    const message = `gateway ${read.gateway} answered by write ${seen} to ${name}, which was not written then`;
    violations.push({ property: 'invented-policy', message, evidence: write ? [write, read] : [read] });
  }
  return violations;
}

/** What a gateway has shown or acknowledged, it has. */
interface Floor {
  readonly revision: number;
  readonly at: number;
  readonly by: Read | Write;
}

function backwardReads(tenant: Tenant): readonly Violation[] {
  const gateways = new Set(tenant.reads.map(({ gateway }) => gateway));
  return [...gateways].flatMap(gateway => backwardReadsAt(tenant, gateway));
}

/** No read of a gateway shows less than what the gateway has shown, or acknowledged, before it began. */
function backwardReadsAt(tenant: Tenant, gateway: number): readonly Violation[] {
  const violations: Violation[] = [];
  const pending: Floor[] = tenant.writes.flatMap(write => {
    const revision = write.gateway === gateway ? revisionOfWrite(tenant, write) : undefined;
    return revision === undefined ? [] : [{ revision, at: write.ended, by: write }];
  });
  const reads = tenant.reads.filter(read => read.gateway === gateway).toSorted((a, b) => a.began - b.began);
  pending.sort((a, b) => b.at - a.at);
  let floor: Floor | undefined;
  for (const read of reads) {
    for (let next = pending.at(-1); next && next.at < read.began; next = pending.at(-1)) {
      pending.pop();
      if (next.revision > (floor?.revision ?? 0)) floor = next;
    }
    const revision = revisionOfRead(tenant, read, floor?.revision ?? 0);
    if (revision === undefined) continue;
    if (floor && revision < floor.revision) {
      const isOwn = 'outcome' in floor.by;
      violations.push({
        property: isOwn ? 'own-write-not-read' : 'went-back',
        message: `gateway ${gateway} had ${tenant.name} at revision ${floor.revision}, and then showed ${
          revision === 0 ? 'nothing' : `revision ${revision}`
        }`,
        evidence: [floor.by, read],
      });
      continue;
    }
    insert(pending, { revision, at: read.ended, by: read });
  }
  return violations;
}

/** The revision from which on its gateway shows it; undefined when that is not known. */
function revisionOfWrite({ revisions }: Tenant, { number, action, outcome }: Write): number | undefined {
  if (outcome.kind === 'conflict' && outcome.current !== 'absent') return revisions.get(outcome.current);
  if (outcome.kind !== 'written') return undefined;
  return outcome.revision ?? (action === 'put' ? revisions.get(number) : undefined);
}

/**
 * The lowest revision that shows what was read and is not below the floor, where there is one: that nothing is there can be
 * of several. 0 when there is none. Undefined when it is not known.
 */
function revisionOfRead(
  { revisions, log, isComplete }: Tenant,
  { seen, revision }: Read,
  floor: number,
): number | undefined {
  if (revision !== undefined) return revision;
  if (typeof seen === 'number') return revisions.get(seen);
  if (seen !== 'absent' || !isComplete) return undefined;
  if (floor === 0) return 0;
  return log.find(entry => entry.state === 'absent' && entry.revision >= floor)?.revision ?? 0;
}

/** Into a list that is ordered by time, latest first. */
function insert(pending: Floor[], floor: Floor): void {
  let index = pending.length;
  while (index > 0 && (pending[index - 1]?.at ?? 0) < floor.at) index -= 1;
  pending.splice(index, 0, floor);
}

function lateRecoveries({ recoveries }: History): readonly Violation[] {
  return recoveries
    .filter(({ milliseconds }) => milliseconds > RECOVERY_LIMIT_MILLISECONDS)
    .map(recovery => ({
      property: 'late-recovery',
      message: `gateway ${recovery.gateway} had everything ${Math.round(recovery.milliseconds)} ms after the end of ${recovery.fault}; ${RECOVERY_LIMIT_MILLISECONDS} ms are allowed`,
      evidence: [recovery],
    }));
}
