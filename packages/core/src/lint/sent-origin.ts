import { originExtent } from '../origin-pattern.ts';
import { matchesPattern, type Pattern } from '../pattern.ts';
import type { OriginConventions } from '../profile.ts';
import { originFault } from './origin-fault.ts';

/** What the `*` stands for where the scheme is written out: a host or a part of one, a port, nothing. */
const IN_PLACE: readonly string[] = ['www', 'page', 'a.page.example', '8443', '1', '', '.', 'ttps'];

/** An origin that a browser sends and that the pattern matches; undefined when none is found. */
export function sentOrigin(pattern: Pattern, conventions: OriginConventions): string | undefined {
  switch (pattern.kind) {
    case 'any':
      return 'https://page.example';
    case 'exact':
      return originFault(pattern.text) ? undefined : pattern.text;
    case 'wildcard': {
      const extent = originExtent(conventions);
      return attempts(pattern).find(
        origin => originFault(origin) === undefined && matchesPattern(pattern, origin, extent),
      );
    }
    default:
      return pattern satisfies never;
  }
}

function attempts({ prefix, suffix }: Extract<Pattern, { kind: 'wildcard' }>): readonly string[] {
  const filled = IN_PLACE.map(part => prefix + part + suffix);
  if (prefix.includes('://')) return filled;
  const completed = ['https://', 'http://'].flatMap(scheme => {
    if (!scheme.startsWith(prefix)) return [];
    const missing = scheme.slice(prefix.length);
    // The suffix may begin inside the scheme.
    const cuts = Array.from({ length: missing.length }, (_, cut) => prefix + missing.slice(0, cut) + suffix);
    return [`${scheme}www${suffix}`, `${scheme}page.example${suffix}`, scheme + suffix, ...cuts];
  });
  return [...completed, `${prefix}://page${suffix}`, `app${suffix}`, ...filled];
}
