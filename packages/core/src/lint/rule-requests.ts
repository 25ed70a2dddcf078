import { matchesHeader } from '../header-pattern.ts';
import { originExtent } from '../origin-pattern.ts';
import type { Pattern } from '../pattern.ts';
import type { Profile } from '../profile.ts';
import { commonPattern, covers } from './covering.ts';
import { type Entry, type LintedRule, methodNames } from './linted-policy.ts';
import { sentOrigin } from './sent-origin.ts';

/** The requests from the origins of one entry, as far as browsers send them. */
export interface RequestClass {
  readonly origin: Pattern;
  /** One of them. */
  readonly sent: string;
}

export function requestClasses({ origins }: LintedRule, profile: Profile): readonly RequestClass[] {
  return origins.flatMap(({ pattern }) => {
    const sent = sentOrigin(pattern, profile.origins);
    return sent === undefined ? [] : [{ origin: pattern, sent }];
  });
}

/** Whether `rule` allows every origin of the class. */
export function allowsOrigins(rule: LintedRule, { origin }: RequestClass, profile: Profile): boolean {
  const extent = originExtent(profile.origins);
  return rule.origins.some(({ pattern }) => covers(pattern, origin, extent));
}

/** Whether `rule` allows the method of the entry, or every method where that is what the entry says. */
export function allowsMethod(rule: LintedRule, method: Entry): boolean {
  return rule.methods.some(({ pattern }) => covers(pattern, method.pattern, 'anything'));
}

/** Whether `rule` allows every header that `other` allows. */
export function allowsHeaders(rule: LintedRule, other: LintedRule): boolean {
  return other.headers.every(inner =>
    rule.headers.some(outer => covers(outer.pattern, inner.pattern, 'anything')),
  );
}

/** A header that `other` allows and `rule` does not, as a page would ask for it; undefined when none is found. */
export function headerBeyond(rule: LintedRule, other: LintedRule): string | undefined {
  return other.headers
    .map(({ pattern }) => headerOf(pattern))
    .find(name => !rule.headers.some(({ pattern }) => matchesHeader(pattern, name)));
}

function headerOf(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'any':
      return 'x-any';
    case 'exact':
      return pattern.text;
    case 'wildcard':
      return `${pattern.prefix}any${pattern.suffix}`;
    default:
      return pattern satisfies never;
  }
}

/** Origins that browsers send and both rules allow, one for each pair of entries that have such. */
export function* commonOrigins(a: LintedRule, b: LintedRule, profile: Profile): Generator<string> {
  const extent = originExtent(profile.origins);
  for (const { pattern: one } of a.origins) {
    for (const { pattern: other } of b.origins) {
      const common = commonPattern(one, other, extent);
      const sent = common && sentOrigin(common, profile.origins);
      if (sent !== undefined) yield sent;
    }
  }
}

/** Whether a request from an origin of the class, with the method, can be one that `rule` allows. */
export function meets(rule: LintedRule, { origin }: RequestClass, method: Entry, profile: Profile): boolean {
  const extent = originExtent(profile.origins);
  const asksFor = (name: Entry): boolean =>
    commonPattern(name.pattern, method.pattern, 'anything') !== undefined;
  return (
    rule.methods.some(asksFor) &&
    rule.origins.some(({ pattern }) => commonPattern(pattern, origin, extent) !== undefined)
  );
}

/** The methods that both rules allow, by name. */
export function commonMethods(a: LintedRule, b: LintedRule, profile: Profile): readonly string[] {
  const names = methodNames(b, profile);
  return methodNames(a, profile).filter(name => names.includes(name));
}
