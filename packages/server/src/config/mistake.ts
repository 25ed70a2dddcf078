/** Where something stands in a configuration: keys, and places in lists. */
export type ConfigPath = readonly (string | number)[];

/** Something in a configuration that cannot be served. */
export interface Mistake {
  readonly path: ConfigPath;
  /** What is wrong; then, after a semicolon, what to do. */
  readonly message: string;
  /** Whether the key is wrong, or what stands there. */
  readonly about: 'key' | 'value';
}

/** A path as people write it: `dialects.cos.credentials[0].id`. */
export function formatConfigPath(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Whether one of them is inside the other, or both are the same. */
export function pathsTouch(a: ConfigPath, b: ConfigPath): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.every((step, i) => step === long[i]);
}

/** What to do about a name that there is not. */
export function suggestName(name: string, known: readonly string[]): string {
  const closest = closestName(name, known);
  return closest === undefined ? `known: ${known.join(', ')}` : `did you mean ${closest}?`;
}

/** The name that is this, or was meant by it, when there is one. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  // Two slips in a word of two letters would make it any other.
  const most = Math.min(2, (name.length - 1) / 2);
  const [best] = known
    .filter(candidate => Math.abs(candidate.length - name.length) <= most)
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= most ? best.candidate : undefined;
}

/** The fewest letters to insert, delete, replace, or swap with the next. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
