import { createHash, timingSafeEqual } from 'node:crypto';
import type { AdminToken } from './access.ts';

/** What is kept of a secret that somebody shows. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

const digests = new WeakMap<readonly AdminToken[], readonly Buffer[]>();

function digestsOf(tokens: readonly AdminToken[]): readonly Buffer[] {
  let found = digests.get(tokens);
  if (!found) {
    found = tokens.map(({ token }) => digestOf(token));
    digests.set(tokens, found);
  }
  return found;
}

/** The token that somebody shows. All are compared, to the end, so that the time tells nothing of any. */
export function findToken(tokens: readonly AdminToken[], shown: string): AdminToken | undefined {
  const digest = digestOf(shown);
  let found: AdminToken | undefined;
  for (const [i, other] of digestsOf(tokens).entries()) {
    if (timingSafeEqual(digest, other)) found = tokens[i];
  }
  return found;
}
