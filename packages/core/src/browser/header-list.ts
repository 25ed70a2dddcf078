import { visitElements } from '../field-name.ts';

/**
 * The Fetch standard's header list: one entry a line, in order, names in any case. A value is a byte string, one
 * character a byte.
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * The value of a header, several lines joined by `, `; undefined when there is none (Fetch, "get" of a header list).
 *
 * @param name in lower case
 */
export function getHeader(list: HeaderList, name: string): string | undefined {
  const values = headerValues(list, name);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The value of each line of a header, blanks around it removed. */
function headerValues(list: HeaderList, name: string): readonly string[] {
  return list
    .filter(([each]) => each.toLowerCase() === name)
    .map(([, value]) => withoutAround(value, character => character === ' ' || character === '\t'));
}

/**
 * The elements of a header whose ABNF is a list of tokens: `#method` and `#field-name` (Fetch, "extract header list
 * values"). Undefined when there is none; a failure when a line is not of that form.
 */
export function extractTokens(list: HeaderList, name: string): readonly string[] | 'failure' | undefined {
  const values = headerValues(list, name);
  if (values.length === 0) return undefined;
  const tokens: string[] = [];
  let failed = false;
  for (const value of values) {
    visitElements(value, (from, to, form) => {
      if (form === 'no-name') failed = true;
      tokens.push(value.slice(from, to));
      return to;
    });
  }
  return failed ? 'failure' : tokens;
}

/** The seconds of a header whose ABNF is `delta-seconds`. A single value: two lines are a failure. */
export function extractSeconds(list: HeaderList, name: string): number | 'failure' | undefined {
  const [value, ...others] = headerValues(list, name);
  if (value === undefined) return undefined;
  return others.length === 0 && /^[0-9]+$/.test(value) ? Number(value) : 'failure';
}

/** Removes HTTP whitespace before and after a value (Fetch, "normalize" of a byte sequence). */
export function normalizeValue(value: string): string {
  return withoutAround(value, character => '\t\n\r '.includes(character));
}

/** Time is linear in the length, as it would not be with a regular expression for the end. */
function withoutAround(text: string, isBlank: (character: string) => boolean): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charAt(from))) from++;
  while (to > from && isBlank(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
