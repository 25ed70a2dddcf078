import { readFileSync } from 'node:fs';
import type { ConfigText } from './read-config-file.ts';

export type LoadConfigFileResult =
  | { readonly kind: 'text'; readonly text: ConfigText }
  | { readonly kind: 'problem'; readonly message: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
};

/** Reads the text of a configuration file, which is UTF-8. */
export function loadConfigFile(name: string): LoadConfigFileResult {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(name);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { kind: 'problem', message: `${name}: cannot be read; ${REASONS[code] ?? message}` };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'text', text: { name, text } };
  } catch {
    return { kind: 'problem', message: `${name}: is not UTF-8; save it as such` };
  }
}
