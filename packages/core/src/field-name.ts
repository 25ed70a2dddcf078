/** What a part of a text is as a field name; a name without letters is in lower case. */
export type NameForm = 'lower-case' | 'mixed-case' | 'no-name';

const LOWER = 1;
const UPPER = 2;
const OTHER = 4;

/** Which kind of `tchar` (RFC 9110, section 5.6.2) a character is, by its code. */
const KINDS: Uint8Array = new Uint8Array(128).fill(OTHER);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  KINDS[character.toUpperCase().charCodeAt(0)] = UPPER;
  KINDS[character.charCodeAt(0)] = LOWER;
}

/** Whether `text` can be a field name: one or more `tchar`. */
export function isToken(text: string): boolean {
  return nameForm(text, 0, text.length) !== 'no-name';
}

/** What two spellings of one field name have in common. What is no name is only like itself. */
export function nameKey(text: string): string {
  return isToken(text) ? text.toLowerCase() : text;
}

function nameForm(text: string, from: number, to: number): NameForm {
  let kinds = 0;
  for (let i = from; i < to; i++) kinds |= KINDS[text.charCodeAt(i)] ?? OTHER;
  return formOf(kinds);
}

function formOf(kinds: number): NameForm {
  if (kinds === LOWER) return 'lower-case';
  return kinds === 0 || kinds >= OTHER ? 'no-name' : 'mixed-case';
}

export const COMMA = 0x2c;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Calls `visit` with where each element of a comma-separated field value stands, blanks around it removed and empty
 * ones left out (RFC 9110, section 5.6.1), and what it is as a name. `visit` answers from where to go on: `to`, a
 * comma further on, or the length to stop. Time is linear in the length: each character is looked at once, but for
 * those of elements with blanks after them.
 */
export function visitElements(
  value: string,
  visit: (from: number, to: number, form: NameForm) => number,
): void {
  const { length } = value;
  let from = 0;
  while (from < length) {
    const first = value.charCodeAt(from);
    if (first === COMMA || isBlank(first)) {
      from++;
      continue;
    }
    let kinds = KINDS[first] ?? OTHER;
    let end = from + 1;
    for (; end < length; end++) {
      const code = value.charCodeAt(end);
      if (code === COMMA) break;
      kinds |= KINDS[code] ?? OTHER;
    }
    let to = end;
    while (isBlank(value.charCodeAt(to - 1))) to--;
    const form = to === end ? formOf(kinds) : nameForm(value, from, to);
    from = visit(from, to, form);
  }
}

/** The elements that {@link visitElements} finds. */
export function listElements(value: string): string[] {
  const elements: string[] = [];
  visitElements(value, (from, to) => {
    elements.push(value.slice(from, to));
    return to;
  });
  return elements;
}

/** Whether a list has an element. */
export function hasElement(value: string): boolean {
  let found = false;
  visitElements(value, () => {
    found = true;
    return value.length;
  });
  return found;
}
