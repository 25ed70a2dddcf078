/** `tchar` of RFC 9110, section 5.6.2, by character code. */
const TOKEN_CHARACTERS: Uint8Array = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN_CHARACTERS[character.charCodeAt(0)] = 1;
}

/** Whether `text` can be a field name: one or more `tchar`. */
export function isToken(text: string): boolean {
  if (text === '') return false;
  for (let i = 0; i < text.length; i++) {
    if (TOKEN_CHARACTERS[text.charCodeAt(i)] !== 1) return false;
  }
  return true;
}

const COMMA = 0x2c;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * The elements of a comma-separated field value, blanks around them removed and empty ones left out (RFC 9110,
 * section 5.6.1). Time is linear in the length.
 */
export function listElements(value: string): string[] {
  const elements: string[] = [];
  let start = 0;
  while (start <= value.length) {
    let end = value.indexOf(',', start);
    if (end === -1) end = value.length;
    let from = start;
    let to = end;
    while (from < to && isBlank(value.charCodeAt(from))) from++;
    while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
    if (to > from) elements.push(value.slice(from, to));
    start = end + 1;
    while (value.charCodeAt(start) === COMMA) start++;
  }
  return elements;
}
