import type { Role } from '@crossgate/dialects';
import { isLoopback } from '../../loopback.ts';
import type { AdminConfig } from '../../serve-config.ts';

/** What somebody shows to be let in. */
export interface AdminToken {
  /** Who has it, for people. */
  readonly name: string;
  readonly token: string;
  readonly role: Role;
}

/** Who is let in. It is replaced as a whole: sessions of tokens that are gone or have changed end with that. */
export type Access =
  /** Whoever is on this machine. */
  | { readonly kind: 'loopback' }
  /** Whoever has one of them; nobody, where there are none. */
  | { readonly kind: 'tokens'; readonly tokens: readonly AdminToken[] };

export function accessOf({ host, tokens }: Pick<AdminConfig, 'host' | 'tokens'>): Access {
  return tokens.length === 0 && isLoopback(host) ? { kind: 'loopback' } : { kind: 'tokens', tokens };
}
