import { isToken } from './field-name.ts';
import type { InvalidPattern } from './origin-pattern.ts';
import { matchesPattern, type Pattern } from './pattern.ts';
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
  return matchesPattern(pattern, name, 'anything');
}
