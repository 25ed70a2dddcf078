import { type Budget, spend } from './budget.ts';

/**
 * The texts that begin with `prefix`, end with `suffix` and are shorter than both together: `aba` and `ab` + `ba`.
 * The shared parts are the borders of `suffix` `prefix`, found as Knuth, Morris and Pratt do, in time linear in the lengths.
 */
export function overlaps(prefix: string, suffix: string, budget: Budget): string[] {
  const texts: string[] = [];
  spend(budget, (prefix.length + suffix.length) >> 6);
  let shared = longestShared(prefix, suffix);
  const failure = failures(suffix);
  for (; shared > 0; shared = failure[shared - 1] ?? 0) {
    spend(budget, 1 + ((prefix.length + suffix.length) >> 6));
    texts.push(prefix + suffix.slice(shared));
  }
  return texts;
}

/** For each beginning of a text the length of the longest shorter beginning that it ends with. */
function failures(text: string): number[] {
  const lengths = [0];
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && text[i] !== text[length]) length = lengths[length - 1] ?? 0;
    if (text[i] === text[length]) length++;
    lengths.push(length);
  }
  return lengths;
}

/** The length of the longest beginning of `suffix` that `prefix` ends with. */
function longestShared(prefix: string, suffix: string): number {
  if (suffix === '') return 0;
  const failure = failures(suffix);
  let length = 0;
  for (let i = Math.max(0, prefix.length - suffix.length); i < prefix.length; i++) {
    while (length > 0 && (length === suffix.length || prefix[i] !== suffix[length])) {
      length = failure[length - 1] ?? 0;
    }
    if (prefix[i] === suffix[length]) length++;
  }
  return length;
}
