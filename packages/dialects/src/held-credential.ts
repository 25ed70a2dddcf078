import type { Credential, Signed } from './dialect.ts';
import type { Exchange } from './exchange.ts';
import { headerLines } from './headers.ts';

/** The credential that a signature was made with. All are tried, for time to tell nothing of which it is. */
export function verifiedCredential(
  candidates: readonly Credential[],
  holds: (credential: Credential) => boolean,
): Credential | undefined {
  return candidates.filter(holds)[0];
}

export function signedBy({ id, role = 'all', tenant }: Credential): Signed {
  return { kind: 'signed', credentialId: id, role, ...(tenant !== undefined && { tenant }) };
}

/** Whether a request has the id of a credential where a signature could be. */
export function namesCredential({ request, location }: Exchange, credential: Credential): boolean {
  return (
    headerLines(request, 'authorization').some(line => hasId(line, credential)) ||
    location.parameters.some(([, value]) => hasId(value, credential))
  );
}

/** Whether a text has the id of a credential in it, and not as a part of a longer one. */
export function hasId(text: string, { id }: Credential): boolean {
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) {
    if (!isAlphanumeric(text[at - 1]) && !isAlphanumeric(text[at + id.length])) return true;
  }
  return false;
}

function isAlphanumeric(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character);
}
