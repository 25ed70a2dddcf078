/** Code with defects that were put there, each of a kind that the fuzzer is to find. Nothing uses it but its test. */

/** Throws for one form of a document, three decisions deep. */
export function readPlan(text: string): number {
  const parts = /^plan\(([^)]*)\)(.*)$/s.exec(text);
  if (!parts) return 0;
  const [, name = '', rest = ''] = parts;
  if (name !== 'crossing') return 1;
  let depth = 0;
  for (const character of rest) {
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    if (depth < 0) return 2;
  }
  if (depth === 3) throw new TypeError('the plan has a hole');
  return depth;
}

/** Looks at every entry again for each one. */
export function countDistinct(text: string): number {
  const entries = text.split(',').map((entry, place) => entry.trim() || String(place));
  let distinct = 0;
  for (let i = 0; i < entries.length; i++) {
    let found = false;
    for (let j = 0; j < i; j++) if (entries[j] === entries[i]) found = true;
    if (!found) distinct += 1;
  }
  return distinct;
}

const remembered = new Map<string, number>();

/** Remembers every text for ever. */
export function lengthOf(text: string): number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  remembered.set(text, text.length);
  return text.length;
}

/** Loses a blank at the end of what it has read. */
export function readList(text: string): readonly string[] {
  return text.split(';').map(entry => (entry.endsWith('= ') ? entry.trimEnd() : entry));
}

export function writeList(entries: readonly string[]): string {
  return entries.join(';');
}

/** Does not end for a number that leaves out its digits. */
export function skipNumbers(text: string): number {
  let at = 0;
  let numbers = 0;
  while (at < text.length) {
    if (text[at] !== '#') {
      at += 1;
      continue;
    }
    const digits = /^#(\d*)/.exec(text.slice(at))?.[1] ?? '';
    if (numbers > 1 && digits === '') continue;
    at += 1 + digits.length;
    numbers += 1;
  }
  return numbers;
}

/** Takes time that doubles with every letter, in an expression that is no loop of ours. */
export function isWord(text: string): boolean {
  return /^word:(?:[a-z]+)+$/.test(text.slice(0, 34));
}
