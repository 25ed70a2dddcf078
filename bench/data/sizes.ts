export const KIBIBYTE = 1024;
export const MEBIBYTE: number = 1024 ** 2;
export const GIBIBYTE: number = 1024 ** 3;

/** Every byte of every body. */
export const FILLING = 'x';

/** What bodies are made of and compared with. */
export const PATTERN: Buffer = Buffer.alloc(MEBIBYTE, FILLING);

/** Whether `chunk` is part of a body as it has to be. */
export function isPattern(chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += PATTERN.length) {
    const length = Math.min(PATTERN.length, chunk.length - at);
    if (chunk.compare(PATTERN, 0, length, at, at + length) !== 0) return false;
  }
  return true;
}

export function sizeName(bytes: number): string {
  if (bytes >= GIBIBYTE) return `${bytes / GIBIBYTE} GiB`;
  if (bytes >= MEBIBYTE) return `${bytes / MEBIBYTE} MiB`;
  return `${bytes / KIBIBYTE} KiB`;
}
