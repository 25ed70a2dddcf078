import type { NearMiss, NearMissKind } from './explanation.ts';
import { canonicalUrlOrigin } from './origin.ts';
import { matchesOrigin, originLookupKey, parseOriginPattern } from './origin-pattern.ts';
import type { OriginConventions } from './profile.ts';

type Change = (text: string) => string;

/** In what an entry and an origin may differ: they do in nothing else when they match once both are changed. */
interface Likeness {
  readonly kind: NearMissKind;
  readonly entry: Change;
  readonly origin: Change;
}

function without(kind: NearMissKind, change: Change): Likeness {
  return { kind, entry: change, origin: change };
}

/** The most particular first. */
const LIKENESSES: readonly Likeness[] = [
  without('case', text => text.toLowerCase()),
  without('trailing-slash', text => text.replace(/\/$/, '')),
  without('path', text => text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/.*$/i, '$1')),
  without('default-port', text => text.replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/i, '$1$2')),
  without('port', text => text.replace(/:(?:[0-9]+|\*)$/, '')),
  without('scheme', text => `https://${text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')}`),
  without('www', text => text.replace(/^([a-z][a-z0-9+.-]*:\/\/)www\./i, '$1')),
  { kind: 'label', entry: text => text, origin: text => text.replace('://', '://label.') },
];

/** The allowed origins that nearly match `origin`, which none of them matches, in their order. */
export function nearOrigins(
  entries: readonly string[],
  origin: string,
  conventions: OriginConventions,
): readonly NearMiss[] {
  const plain = plainForm(origin, conventions);
  const changed = LIKENESSES.map(likeness => ({
    ...likeness,
    key: originLookupKey(likeness.origin(plain), conventions),
  }));
  const host = hostOf(plain);
  return entries.flatMap((text, index) => {
    if (!text.includes('*') && !text.toLowerCase().includes(host)) return [];
    const entry = plainForm(text, conventions);
    const likeness = changed.find(({ key, entry: change }) => {
      const pattern = parseOriginPattern(change(entry), conventions);
      return key !== undefined && pattern.kind !== 'invalid' && matchesOrigin(pattern, key, conventions);
    });
    return likeness ? [{ kind: likeness.kind, index, text }] : [];
  });
}

/** What an entry without a wildcard has in it, however it differs: to look for that costs little. */
function hostOf(origin: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:www\.)?([^/:]*)/i.exec(origin)?.[1]?.toLowerCase() ?? '';
}

/** What makes no difference to the service is not there to be taken for one. */
function plainForm(text: string, conventions: OriginConventions): string {
  return conventions.compare === 'url' ? (canonicalUrlOrigin(text) ?? text) : text;
}

/** The allowed methods that are `method` but for its case: methods are compared as they stand (RFC 9110, 9.1). */
export function nearMethods(entries: readonly string[], method: string): readonly NearMiss[] {
  const lower = method.toLowerCase();
  return entries.flatMap((text, index) =>
    text.toLowerCase() === lower ? [{ kind: 'case', index, text } as const] : [],
  );
}
