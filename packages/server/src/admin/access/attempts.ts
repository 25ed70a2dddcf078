import { addressKey } from '../../limits/address-key.ts';

/** Wrong tokens are forgotten one by one: so many at once, and then one in this time. */
interface Allowance {
  readonly attempts: number;
  readonly forgottenEveryMs: number;
}

const FROM_ONE_ADDRESS: Allowance = { attempts: 10, forgottenEveryMs: 6_000 };
const FROM_ALL: Allowance = { attempts: 200, forgottenEveryMs: 300 };

const ADDRESSES_KEPT = 4096;
const KNOWN_KEPT = 1024;

/**
 * How often tokens can be tried. Who has tried too many waits, and so does, while very many are tried from everywhere,
 * everybody who has tried a wrong one: from an address that has not, the first attempt is always heard. An address where a
 * token was right keeps getting in with it, whatever else is tried from there, such as behind one proxy.
 */
export interface Attempts {
  /** Until an attempt from there is heard; 0 when it is. */
  readonly waitMs: (address: string, now: number) => number;
  readonly fail: (address: string, now: number) => void;
  readonly succeed: (address: string, name: string) => void;
  /** Whether the token of this name was right from there before. */
  readonly isKnown: (address: string, name: string) => boolean;
}

/** Wrong attempts that are not forgotten, at a time. */
interface Level {
  readonly count: number;
  readonly at: number;
}

const NONE: Level = { count: 0, at: 0 };

export function openAttempts(): Attempts {
  // In the order of the latest attempt: the first is the one to be dropped.
  const byAddress = new Map<string, Level>();
  const known = new Set<string>();
  let fromAll = NONE;
  return {
    waitMs: (address, now) => {
      const own = byAddress.get(addressKey(address)) ?? NONE;
      const wait = waitOf(own, FROM_ONE_ADDRESS, now);
      const isNew = countOf(own, FROM_ONE_ADDRESS, now) === 0;
      return isNew ? wait : Math.max(wait, waitOf(fromAll, FROM_ALL, now));
    },
    fail: (address, now) => {
      const network = addressKey(address);
      const own = byAddress.get(network) ?? NONE;
      byAddress.delete(network);
      byAddress.set(network, oneMore(own, FROM_ONE_ADDRESS, now));
      dropFirst(byAddress, ADDRESSES_KEPT);
      fromAll = oneMore(fromAll, FROM_ALL, now);
    },
    succeed: (address, name) => {
      const key = `${addressKey(address)} ${name}`;
      known.delete(key);
      known.add(key);
      dropFirst(known, KNOWN_KEPT);
    },
    isKnown: (address, name) => known.has(`${addressKey(address)} ${name}`),
  };
}

function countOf({ count, at }: Level, { forgottenEveryMs }: Allowance, now: number): number {
  return Math.max(0, count - Math.max(0, now - at) / forgottenEveryMs);
}

/** What is beyond the allowance is not counted: nobody waits longer than for one to be forgotten. */
function oneMore(level: Level, allowance: Allowance, now: number): Level {
  return { count: Math.min(allowance.attempts, countOf(level, allowance, now) + 1), at: now };
}

function waitOf(level: Level, allowance: Allowance, now: number): number {
  const tooMany = countOf(level, allowance, now) - (allowance.attempts - 1);
  return Math.max(0, Math.ceil(tooMany * allowance.forgottenEveryMs));
}

function dropFirst(kept: Map<string, unknown> | Set<string>, limit: number): void {
  if (kept.size <= limit) return;
  for (const first of kept.keys()) {
    kept.delete(first);
    return;
  }
}
