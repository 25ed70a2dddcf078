import type { DiagnosticCode } from './diagnostic.ts';
import { canonicalUrlOrigin, isSingleOrigin } from './origin.ts';
import { matchesPattern, type Pattern, type WildcardExtent } from './pattern.ts';
import type { OriginConventions } from './profile.ts';

export type InvalidPattern = { readonly kind: 'invalid'; readonly code: DiagnosticCode };

/** How far the `*` of an origin reaches in this service. */
export function originExtent(conventions: OriginConventions): WildcardExtent {
  return conventions.wildcard === 'anywhere' ? 'anything' : 'host';
}

/** Reads one allowed origin as the service does. */
export function parseOriginPattern(text: string, conventions: OriginConventions): Pattern | InvalidPattern {
  if (text === '') return { kind: 'invalid', code: 'origin-empty' };
  if (text === '*') return conventions.any ? { kind: 'any' } : { kind: 'invalid', code: 'origin-any' };
  if (!isSingleOrigin(text)) return { kind: 'invalid', code: 'origin-character' };
  const star = text.indexOf('*');
  if (star !== -1 && text.indexOf('*', star + 1) !== -1) return { kind: 'invalid', code: 'origin-wildcards' };
  const canonical = conventions.compare === 'url' ? canonicalUrlOrigin(text) : text;
  if (canonical === undefined) return { kind: 'invalid', code: 'origin-not-url' };
  if (star === -1) return { kind: 'exact', text: canonical };
  if (!mayStandThere(canonical, conventions.wildcard))
    return { kind: 'invalid', code: 'origin-wildcard-place' };
  const at = canonical.indexOf('*');
  return { kind: 'wildcard', prefix: canonical.slice(0, at), suffix: canonical.slice(at + 1) };
}

function mayStandThere(origin: string, wildcard: OriginConventions['wildcard']): boolean {
  switch (wildcard) {
    case 'anywhere':
      return true;
    case 'subdomain':
      return /^[a-z][a-z0-9+.-]*:\/\/\*\.[^./]/i.test(origin);
    case 'host':
      return !/^https?:\/\/\*(?::|$)/.test(origin);
    default:
      return wildcard satisfies never;
  }
}

/** What an origin is looked up by, or undefined when it cannot match anything. */
export function originLookupKey(origin: string, conventions: OriginConventions): string | undefined {
  if (conventions.compare === 'text') return origin;
  return origin.includes('*') ? undefined : canonicalUrlOrigin(origin);
}

/** Whether the pattern stands for the origin of this lookup key. */
export function matchesOrigin(pattern: Pattern, key: string, conventions: OriginConventions): boolean {
  return matchesPattern(pattern, key, originExtent(conventions));
}
