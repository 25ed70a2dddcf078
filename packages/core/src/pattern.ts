/** What an entry of a rule stands for, once read. Shared by origins and header names. */
export type Pattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly text: string }
  /** `prefix*suffix`. What the `*` may stand for is a matter of {@link WildcardExtent}. */
  | { readonly kind: 'wildcard'; readonly prefix: string; readonly suffix: string };

/** What a `*` beside other characters stands for: anything, also nothing; or one or more characters of a host. */
export type WildcardExtent = 'anything' | 'host';

/** Whether `text` is one that the pattern stands for. To ask many patterns at once, see `pattern-index.ts`. */
export function matchesPattern(pattern: Pattern, text: string, extent: WildcardExtent): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return pattern.text === text;
    case 'wildcard': {
      const { prefix, suffix } = pattern;
      return (
        text.startsWith(prefix) &&
        text.endsWith(suffix) &&
        fitsBetween(text, prefix.length, suffix.length, extent)
      );
    }
    default:
      return pattern satisfies never;
  }
}

/**
 * Whether `text`, which begins with the pattern's prefix and ends with its suffix, has between them what the `*` may
 * stand for. The prefix and the suffix may not overlap: `a*a` does not match `a`.
 */
export function fitsBetween(
  text: string,
  prefixLength: number,
  suffixLength: number,
  extent: WildcardExtent,
): boolean {
  const end = text.length - suffixLength;
  if (extent === 'anything') return prefixLength <= end;
  return prefixLength < end && hostStart(text, end) <= prefixLength;
}

/** From where on all characters of `text` before `end` can be of a host. */
export function hostStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && isHostCharacter(text.charCodeAt(start - 1))) start--;
  return start;
}

function isHostCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || // a-z
    (code >= 0x30 && code <= 0x39) || // 0-9
    code === 0x2e || // .
    code === 0x2d || // -
    code === 0x5f || // _
    (code >= 0x41 && code <= 0x5a) // A-Z
  );
}
