import { fitsBetween, matchesPattern, type Pattern, type WildcardExtent } from '../pattern.ts';

/** Whether every text that `inner` matches is one that `outer` matches. */
export function covers(outer: Pattern, inner: Pattern, extent: WildcardExtent): boolean {
  if (outer.kind === 'any') return true;
  if (inner.kind === 'any') return false;
  if (inner.kind === 'exact') return matchesPattern(outer, inner.text, extent);
  if (outer.kind === 'exact') return false;
  const { prefix, suffix } = inner;
  // What the inner `*` stands for goes on; with it, what is between has to be what the outer one may stand for.
  const sample = `${prefix}a${suffix}`;
  return (
    prefix.startsWith(outer.prefix) &&
    suffix.endsWith(outer.suffix) &&
    fitsBetween(sample, outer.prefix.length, outer.suffix.length, extent)
  );
}

/** The texts that both match, as one pattern; undefined when there are none. */
export function commonPattern(a: Pattern, b: Pattern, extent: WildcardExtent): Pattern | undefined {
  if (a.kind === 'any') return b;
  if (b.kind === 'any') return a;
  if (a.kind === 'exact') return matchesPattern(b, a.text, extent) ? a : undefined;
  if (b.kind === 'exact') return matchesPattern(a, b.text, extent) ? b : undefined;
  const prefix = longer(a.prefix, b.prefix);
  const suffix = longer(a.suffix, b.suffix);
  const both: Pattern = { kind: 'wildcard', prefix, suffix };
  return covers(a, both, extent) && covers(b, both, extent) ? both : undefined;
}

function longer(a: string, b: string): string {
  return a.length < b.length ? b : a;
}
