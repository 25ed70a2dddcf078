import { type Credential, DIALECTS, type Dialect } from '@crossgate/dialects';
import { isLoopback } from '../loopback.ts';
import { credentialVariable } from './credential-variables.ts';
import type { Draft } from './draft.ts';
import type { ConfigPath } from './mistake.ts';

const PUBLIC_SECRETS: ReadonlySet<string> = new Set(
  DIALECTS.map(({ localCredential }) => localCredential.secret),
);

/** Whether everybody knows its secret, also where somebody has written it out. */
export function isPublic({ secret }: Pick<Credential, 'secret'>): boolean {
  return PUBLIC_SECRETS.has(secret);
}

/** Refuses a public secret that is written in the file, for an address that others can reach. */
export function checkSecret(draft: Draft, credential: Credential, at: ConfigPath, host: string): void {
  if (isLoopback(host) || !isPublic(credential)) return;
  const message = `everybody knows this secret, and ${host} can be reached from other machines; use one of your own`;
  draft.refuse(message, { at });
}

/** A dialect that would be served with a public key that is not in the file. */
export interface PubliclyServed {
  readonly dialect: Dialect;
  readonly host: string;
  /** Where the file has the host; undefined when that is not from the file. */
  readonly at: ConfigPath | undefined;
}

/** Refuses public keys that nobody wrote, with one message for each address that others can reach. */
export function checkPublicKeys(draft: Draft, served: readonly PubliclyServed[]): void {
  const byPlace = new Map<string, PubliclyServed[]>();
  for (const one of served) {
    const path = ['dialects', one.dialect.id];
    const isSound = [[...path, 'credentials'], [...path, 'tenants'], [...path, 'host'], ['host']].every(
      draft.isSound,
    );
    if (isLoopback(one.host) || !isSound) continue;
    const place = JSON.stringify([one.host, one.at]);
    byPlace.set(place, [...(byPlace.get(place) ?? []), one]);
  }
  for (const group of byPlace.values()) {
    const [{ host, at } = { host: '', at: undefined }] = group;
    const variables = group.map(({ dialect }) => `${credentialVariable(dialect)}=id:secret`);
    const message = `${host} can be reached from other machines, and the local keys are public: set ${variables.join(' and ')}, or listen on 127.0.0.1`;
    draft.refuse(message, { at });
  }
}
