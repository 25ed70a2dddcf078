/** A line that only one of two texts has. */
export interface ChangedLine {
  readonly kind: 'removed' | 'added';
  readonly text: string;
}

/** What turns one text into the other, without the lines that stay. Common lines are matched as far as they can be. */
export function changedLines(old: readonly string[], now: readonly string[]): readonly ChangedLine[] {
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const before = old.slice(start, old.length - end);
  const after = now.slice(start, now.length - end);
  const lengths = commonLengths(before, after);
  const changes: ChangedLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i++;
      j++;
    } else if (j === after.length || (lengths[i + 1]?.[j] ?? -1) >= (lengths[i]?.[j + 1] ?? -1)) {
      changes.push({ kind: 'removed', text: before[i++] ?? '' });
    } else {
      changes.push({ kind: 'added', text: after[j++] ?? '' });
    }
  }
  return changes;
}

/** For each pair of places, how many lines from there on are common at the most. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      const next = lengths[i + 1];
      if (!row || !next) continue;
      row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
