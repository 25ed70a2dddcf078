import type { Secret } from './credential-section.ts';
import { type Draft, resolveInFile } from './draft.ts';
import type { ConfigPath } from './mistake.ts';
import { readFile } from './read-file.ts';

/** Far more than a secret or a token has. */
const LIMIT_BYTES = 64 * 1024;

/** A secret, from wherever it is; empty when that has been refused. */
export function readSecret(draft: Draft, secret: Secret, path: ConfigPath): string {
  if (typeof secret === 'string') return secret;
  const { env, file } = secret;
  if (file !== undefined) return readSecretFile(draft, file, [...path, 'file']);
  const value = draft.environment[env ?? ''] ?? '';
  if (value === '') {
    draft.refuse(`the environment has no ${env}; set it to the secret`, { at: [...path, 'env'] });
  }
  return value;
}

/** Everything in the file but one line break at its end, which editors put there. */
function readSecretFile(draft: Draft, file: string, at: ConfigPath): string {
  const name = resolveInFile(draft, file);
  const refuse = (message: string): string => {
    draft.refuse(`${name} ${message}`, { at });
    return '';
  };
  const read = readFile(name, { limitBytes: LIMIT_BYTES, pipes: 'refused' });
  if (read.kind === 'unreadable') return refuse(`cannot be read; ${read.reason}`);
  if (read.bytes.length > LIMIT_BYTES) {
    return refuse(`has more than ${LIMIT_BYTES} bytes; it must have the secret and nothing else`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read.bytes);
  } catch {
    return refuse('is not UTF-8; save it as such');
  }
  const secret = text.replace(/\r?\n$/, '');
  return secret === '' ? refuse('is empty; it must have the secret') : secret;
}
