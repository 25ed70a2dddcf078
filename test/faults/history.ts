/* What clients and the cluster have seen while faults came and went. All times are milliseconds of one monotonic clock. */

/** What a tenant has: the number of the write that put it there, or nothing. */
export type State = number | 'absent';

export type WriteOutcome =
  /** Acknowledged. `revision` where the answer tells it. */
  | { readonly kind: 'written'; readonly revision?: number }
  /** The condition did not hold: the tenant had this. */
  | { readonly kind: 'conflict'; readonly current: State; readonly revision?: number }
  /** There was nothing to delete. */
  | { readonly kind: 'absent' }
  /** It did not happen, for a reason of its own. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It happened once or it did not: 503, or no answer. */
  | { readonly kind: 'unknown'; readonly status?: number };

export interface Write {
  /** Of all writes, unlike any other. A policy carries it in every rule. */
  readonly number: number;
  readonly tenant: string;
  readonly gateway: number;
  readonly action: 'put' | 'delete';
  readonly through: 'admin' | 'service';
  /** What it was conditional on. */
  readonly expected?: State;
  readonly began: number;
  readonly ended: number;
  readonly outcome: WriteOutcome;
}

export interface Read {
  readonly tenant: string;
  readonly gateway: number;
  readonly through: 'admin' | 'preflight';
  /** `torn` where one answer has parts of several policies, or of none that was written. */
  readonly seen: State | { readonly torn: string };
  /** Where the answer tells it. */
  readonly revision?: number;
  readonly began: number;
  readonly ended: number;
}

/** One revision of a tenant in the log of the store. */
export interface LogEntry {
  readonly tenant: string;
  readonly sequence: number;
  readonly revision: number;
  readonly state: State;
}

/** How a gateway came back after a fault was over. */
export interface Recovery {
  readonly fault: string;
  readonly gateway: number;
  /** From the end of the fault until it answered by everything that was in the store by then. Infinite when it did not. */
  readonly milliseconds: number;
}

/** A gateway that ended by itself. */
export interface Death {
  readonly gateway: number;
  readonly how: string;
}

export interface History {
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  /** All that is in the store at the end, oldest first for each tenant. */
  readonly log: readonly LogEntry[];
  readonly recoveries: readonly Recovery[];
  readonly deaths: readonly Death[];
}

export type Property =
  | 'acknowledged-write-lost'
  | 'torn-policy'
  | 'invented-policy'
  | 'went-back'
  | 'own-write-not-read'
  | 'happened-twice'
  | 'not-linearizable'
  | 'late-recovery'
  | 'gateway-died'
  | 'internal-error';

export interface Violation {
  readonly property: Property;
  readonly message: string;
  /** The piece of history that shows it. */
  readonly evidence: readonly (Write | Read | LogEntry | Recovery | Death)[];
}
