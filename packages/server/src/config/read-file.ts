import { closeSync, openSync, readSync, statSync } from 'node:fs';

export type ReadFileResult =
  /** One byte more than the limit where there is more. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Why it cannot be read, for people. */
  | { readonly kind: 'unreadable'; readonly reason: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
};

/** Reads a file, or a pipe where one is taken, and no more of it than one byte over the limit. Never throws. */
export function readFile(
  name: string,
  { limitBytes, pipes }: { readonly limitBytes: number; readonly pipes: 'taken' | 'refused' },
): ReadFileResult {
  try {
    // Asked before it is opened, for to open a device can do something, or wait.
    const stats = statSync(name);
    if (stats.isDirectory()) return unreadable('it is a directory');
    if (!stats.isFile() && pipes === 'refused') return unreadable('it is no file');
    if (!stats.isFile() && !stats.isFIFO()) return unreadable('it is neither a file nor a pipe');
    return { kind: 'bytes', bytes: readBytes(name, limitBytes + 1) };
  } catch (error) {
    return unreadable(whyUnreadable(error));
  }
}

/** What an error of the file system means for whoever named the file. */
export function whyUnreadable(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

function unreadable(reason: string): ReadFileResult {
  return { kind: 'unreadable', reason };
}

/** What there is, up to a limit. A pipe has no length, and a file of the system may tell a wrong one. */
function readBytes(name: string, limitBytes: number): Uint8Array {
  const buffer = new Uint8Array(limitBytes);
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
