import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { ConfigText } from './read-config-file.ts';
import { LIMIT_CHARACTERS, TOO_LONG } from './yaml-document.ts';

export type LoadConfigFileResult =
  | { readonly kind: 'text'; readonly text: ConfigText }
  | { readonly kind: 'problem'; readonly message: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
};

/** UTF-8 has no more for what is one character, or half of one, in UTF-16. */
const LIMIT_BYTES = 3 * LIMIT_CHARACTERS;

/** Reads the text of a configuration file, or of a pipe, which is UTF-8. Reads no more than a configuration can have. */
export function loadConfigFile(name: string): LoadConfigFileResult {
  let bytes: Uint8Array;
  try {
    // Asked before it is opened, for to open a device can do something, or wait.
    const stats = statSync(name);
    if (stats.isDirectory()) return unreadable(name, 'it is a directory');
    if (!stats.isFile() && !stats.isFIFO()) return unreadable(name, 'it is neither a file nor a pipe');
    bytes = readBytes(name);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return unreadable(name, REASONS[code] ?? message);
  }
  if (bytes.length > LIMIT_BYTES) return { kind: 'problem', message: `${name}:1:1: ${TOO_LONG}` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'text', text: { name, text } };
  } catch {
    return { kind: 'problem', message: `${name}: is not UTF-8; save it as such` };
  }
}

function unreadable(name: string, reason: string): LoadConfigFileResult {
  return { kind: 'problem', message: `${name}: cannot be read; ${reason}` };
}

/** What there is, up to one byte over the limit. A pipe has no length, and a file of the system may tell a wrong one. */
function readBytes(name: string): Uint8Array {
  const buffer = new Uint8Array(LIMIT_BYTES + 1);
  const file = openSync(name, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
