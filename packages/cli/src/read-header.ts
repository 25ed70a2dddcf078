import { type DescribedHeader, isToken } from '@crossgate/core';
import { CommandError } from './exit-code.ts';

/**
 * Reads `--header`: `NAME` or `NAME: value`.
 *
 * @throws CommandError
 */
export function readHeader(text: string): DescribedHeader {
  const colon = text.indexOf(':');
  const name = (colon === -1 ? text : text.slice(0, colon)).trim();
  if (!isToken(name)) throw new CommandError(`--header ${text} is not NAME or NAME: value`);
  return { name, value: colon === -1 ? undefined : text.slice(colon + 1).trim() };
}
