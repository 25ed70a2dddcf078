import { isToken } from './field-name.ts';
import type { InvalidPattern } from './origin-pattern.ts';
import { fitsBetween, type Pattern } from './pattern.ts';
import type { HeaderConventions } from './profile.ts';

/** Reads one allowed or exposed header name as the service does. Names are compared in lower case. */
export function parseHeaderPattern(text: string, conventions: HeaderConventions): Pattern | InvalidPattern {
  if (!isToken(text)) return { kind: 'invalid', code: 'header-not-token' };
  if (text === '*') return { kind: 'any' };
  const name = text.toLowerCase();
  const star = name.indexOf('*');
  if (star === -1) return { kind: 'exact', text: name };
  if (name.indexOf('*', star + 1) !== -1) return { kind: 'invalid', code: 'header-wildcards' };
  if (conventions.wildcard === 'end' && star !== name.length - 1) {
    return { kind: 'invalid', code: 'header-wildcard-place' };
  }
  return { kind: 'wildcard', prefix: name.slice(0, star), suffix: name.slice(star + 1) };
}

/** Whether a header name in lower case is one that the pattern stands for. */
export function matchesHeader(pattern: Pattern, name: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return pattern.text === name;
    case 'wildcard':
      return (
        name.startsWith(pattern.prefix) &&
        name.endsWith(pattern.suffix) &&
        fitsBetween(name, pattern.prefix.length, pattern.suffix.length, 'anything')
      );
    default:
      return pattern satisfies never;
  }
}
