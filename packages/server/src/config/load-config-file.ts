import type { ConfigText } from './read-config-file.ts';
import { readFile } from './read-file.ts';
import { LIMIT_CHARACTERS, TOO_LONG } from './yaml-document.ts';

export type LoadConfigFileResult =
  | { readonly kind: 'text'; readonly text: ConfigText }
  | { readonly kind: 'problem'; readonly message: string };

/** UTF-8 has no more for what is one character, or half of one, in UTF-16. */
const LIMIT_BYTES = 3 * LIMIT_CHARACTERS;

/**
 * Reads the text of a configuration file, or of a pipe, which is UTF-8. Reads no more than a configuration can have. A
 * pipe can be read once: where it would be read again, it is refused.
 */
export function loadConfigFile(
  name: string,
  options: { readonly pipes: 'taken' | 'refused' } = { pipes: 'taken' },
): LoadConfigFileResult {
  const read = readFile(name, { limitBytes: LIMIT_BYTES, pipes: options.pipes });
  if (read.kind === 'unreadable') {
    return { kind: 'problem', message: `${name}: cannot be read; ${read.reason}` };
  }
  if (read.bytes.length > LIMIT_BYTES) return { kind: 'problem', message: `${name}:1:1: ${TOO_LONG}` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(read.bytes);
    return { kind: 'text', text: { name, text } };
  } catch {
    return { kind: 'problem', message: `${name}: is not UTF-8; save it as such` };
  }
}
