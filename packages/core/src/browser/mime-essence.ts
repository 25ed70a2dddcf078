import { isToken } from '../field-name.ts';
import { normalizeValue } from './header-list.ts';

/**
 * Type and subtype of a media type, in lower case; undefined when it is none. Parameters are not looked at: they can
 * be anything (MIME Sniffing, "parse a MIME type").
 *
 * @param value without blanks around it
 */
export function mimeEssence(value: string): string | undefined {
  const [names = ''] = value.split(';', 1);
  const slash = names.indexOf('/');
  const type = names.slice(0, slash);
  // Blanks may come before the semicolon, and nowhere else.
  const subtype = normalizeValue(`/${names.slice(slash + 1)}`).slice(1);
  return slash !== -1 && isToken(type) && isToken(subtype) ? `${type}/${subtype}`.toLowerCase() : undefined;
}
