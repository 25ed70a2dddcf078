import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { AdminToken } from './access.ts';
import { digestOf } from './tokens.ts';

const HOUR_MS = 60 * 60 * 1000;
const LIFE_MS = 12 * HOUR_MS;
const IDLE_MS = HOUR_MS;
/** More than a person has browsers. */
const SESSIONS_PER_TOKEN = 64;
const ID_BYTES = 32;

/** What a browser has instead of a token, in the memory of the server. */
export interface Session {
  /** As it is now. */
  readonly token: AdminToken;
  /** When it ends at the latest, in milliseconds since the epoch. */
  readonly endsAt: number;
}

interface Kept {
  readonly name: string;
  readonly tokenDigest: Buffer;
  readonly endsAt: number;
  lastUsedAt: number;
}

export interface Sessions {
  /** Begins one. Of too many with one token, that which was unused the longest ends. */
  readonly open: (token: AdminToken, now: number) => { readonly id: string; readonly endsAt: number };
  /**
   * The session of an id; undefined when it has ended, by time or because its token is gone or another. `isUse` where
   * somebody is there, not a page by itself.
   */
  readonly find: (
    id: string,
    tokens: readonly AdminToken[],
    now: number,
    isUse: boolean,
  ) => Session | undefined;
  readonly close: (id: string) => void;
}

export function openSessions(): Sessions {
  // By the digest of the id: who reads this memory cannot use what is there.
  const sessions = new Map<string, Kept>();

  function sweep(now: number): void {
    for (const [key, session] of sessions) if (isOver(session, now)) sessions.delete(key);
  }

  function makeRoom(name: string): void {
    const own = [...sessions].filter(([, session]) => session.name === name);
    if (own.length < SESSIONS_PER_TOKEN) return;
    const [longestUnused] = own.toSorted(([, a], [, b]) => a.lastUsedAt - b.lastUsedAt);
    if (longestUnused) sessions.delete(longestUnused[0]);
  }

  return {
    open: ({ name, token }, now) => {
      sweep(now);
      makeRoom(name);
      const id = randomBytes(ID_BYTES).toString('base64url');
      const endsAt = now + LIFE_MS;
      sessions.set(keyOf(id), { name, tokenDigest: digestOf(token), endsAt, lastUsedAt: now });
      return { id, endsAt };
    },
    find: (id, tokens, now, isUse) => {
      const key = keyOf(id);
      const kept = sessions.get(key);
      if (!kept) return undefined;
      const token = tokens.find(({ name }) => name === kept.name);
      if (isOver(kept, now) || !token || !timingSafeEqual(digestOf(token.token), kept.tokenDigest)) {
        sessions.delete(key);
        return undefined;
      }
      if (isUse) kept.lastUsedAt = now;
      return { token, endsAt: kept.endsAt };
    },
    close: id => {
      sessions.delete(keyOf(id));
    },
  };
}

function keyOf(id: string): string {
  return digestOf(id).toString('base64');
}

function isOver({ endsAt, lastUsedAt }: Kept, now: number): boolean {
  return now >= endsAt || now - lastUsedAt >= IDLE_MS;
}
