import { compile } from '../compile.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Policy, Rule } from '../policy.ts';
import type { Profile } from '../profile.ts';
import { validate } from '../validate.ts';
import { type Budget, type LimitReached, newBudget, withinBudget } from './budget.ts';
import { type Comparison, compareWithin } from './compare.ts';
import { allowedNames, browserOnly, type Conversion } from './convert-entries.ts';
import { convertRule, namesWithin } from './convert-rule.ts';
import type { Loss } from './loss.ts';
import { originSet, originsOverlap } from './origin-space.ts';

export interface ConvertedPolicy {
  readonly kind: 'converted';
  readonly policy: Policy;
  /** In the order in which they were found. */
  readonly losses: readonly Loss[];
  /** What keeps the service from taking the policy: nothing, unless no rule is left and the service wants one. */
  readonly diagnostics: readonly Diagnostic[];
  /** The proof: the policy as the first service reads it, and the converted one as the second does. */
  readonly comparison: Comparison;
}

export interface ConvertOptions {
  /**
   * What to do with a rule that the service would read as allowing more headers, for it answers a fixed list: leave it
   * out, which is the default, or let it.
   */
  readonly inexpressible?: 'leave-out' | 'widen';
  readonly budget?: Budget;
}

/**
 * Writes a policy for another service, as near as that service can say it: a page in a browser is let in to nothing that
 * it was not let in to before. What only other clients can send is not looked at, for `https://*.example.com` is read
 * in as many ways as there are services, and browsers see no difference. Where a service has no credentials, or always
 * allows them, that changes: the comparison tells.
 *
 * @param policy one that `validate` has no error for with `from`
 */
export function convertPolicy(
  policy: Policy,
  from: Profile,
  to: Profile,
  { inexpressible = 'leave-out', budget = newBudget() }: ConvertOptions = {},
): ConvertedPolicy | LimitReached {
  return withinBudget(() => {
    const conversion: Conversion = { from, to, inexpressible, losses: [], budget };
    const { losses } = conversion;
    const ordered = inOrder(policy.rules, conversion);
    const rules = convertAll(ordered, conversion);
    if (policy.vary !== undefined && !to.fields.includes('vary')) {
      losses.push({ path: ['vary'], code: 'field-not-supported', value: String(policy.vary) });
    }
    const vary = policy.vary !== undefined && to.fields.includes('vary') && { vary: policy.vary };
    const converted: Policy = { rules: withinLimit(rules, conversion), ...vary };
    return {
      kind: 'converted',
      policy: converted,
      losses,
      diagnostics: validate(converted, to),
      comparison: compared(policy, converted, conversion),
    };
  });
}

/** A rule, and which it is or comes of in the policy that is converted. */
interface Numbered {
  readonly rule: Rule;
  readonly index: number;
}

function passesOver({ headers }: Profile): boolean {
  return headers.unlisted === 'next-rule';
}

/**
 * Where only the second service lets the first rule for an origin and a method refuse headers, a rule that allows more
 * of them goes before those that allow fewer.
 */
function inOrder(rules: readonly Rule[], conversion: Conversion): readonly Numbered[] {
  const numbered = rules.map((rule, index) => ({ rule, index }));
  const { from, to, losses } = conversion;
  if (!passesOver(from) || passesOver(to) || to.answers.allowHeaders.kind === 'fixed') return numbered;
  const ordered: Numbered[] = [];
  for (const each of numbered) {
    const meeting = ordered.filter(({ rule }) => areForTheSame(rule, each.rule, conversion));
    const before = meeting.find(({ rule }) => allowsAll(each.rule, rule, conversion));
    if (before) losses.push({ path: ['rules', each.index], code: 'rule-moved' });
    const at = before ? ordered.indexOf(before) : ordered.length;
    if (meeting.some(other => ordered.indexOf(other) < at && !allowsAll(other.rule, each.rule, conversion))) {
      losses.push({ path: ['rules', each.index], code: 'rule-covered' });
    }
    ordered.splice(at, 0, each);
  }
  return ordered;
}

/** Whether there are origins and methods that both rules are for, and they do not allow the same headers. */
function areForTheSame(a: Rule, b: Rule, { from, budget }: Conversion): boolean {
  if (allowedNames(a, from).join() === allowedNames(b, from).join()) return false;
  const any = (rule: Rule) => from.methods.any && rule.allowedMethods.includes('*');
  const methods = any(a) || any(b) || a.allowedMethods.some(method => b.allowedMethods.includes(method));
  return (
    methods &&
    originsOverlap(
      originSet(a.allowedOrigins, from.origins),
      originSet(b.allowedOrigins, from.origins),
      budget,
    )
  );
}

/** Whether the first rule allows every header that the second does. */
function allowsAll(a: Rule, b: Rule, conversion: Conversion): boolean {
  return namesWithin(allowedNames(b, conversion.from), allowedNames(a, conversion.from), conversion);
}

/**
 * Where the first service lets a rule refuse headers, a later rule must not come to decide what it decided: not where
 * the second service passes over rules, nor where that rule could not be carried over whole.
 */
function convertAll(ordered: readonly Numbered[], conversion: Conversion): readonly Numbered[] {
  const { from, to } = conversion;
  const converted: Numbered[] = [];
  const uncovered: Rule[] = [];
  for (const { rule, index } of ordered) {
    const parts = convertRule(rule, ['rules', index], uncovered, conversion);
    converted.push(...parts.map(part => ({ rule: part, index })));
    if (!passesOver(from) && (passesOver(to) || !isWhole(rule, parts, conversion))) uncovered.push(rule);
  }
  return converted;
}

/** Whether the parts are for all origins that browsers send with each method of the rule that the service knows. */
function isWhole(rule: Rule, parts: readonly Rule[], { from, to, budget }: Conversion): boolean {
  const before = originSet(rule.allowedOrigins, from.origins);
  const any = from.methods.any && rule.allowedMethods.includes('*');
  return to.methods.known
    .filter(method => any || rule.allowedMethods.includes(method))
    .every(method => {
      const having = parts.filter(part => part.allowedMethods.some(each => each === method || each === '*'));
      const origins = having.flatMap(part => part.allowedOrigins);
      return browserOnly([before, originSet(origins, to.origins)], budget) === undefined;
    });
}

/** As many rules, of as many origins each, as the service takes; the last are left out, for no other comes after. */
function withinLimit(rules: readonly Numbered[], { to, losses }: Conversion): readonly Rule[] {
  const { originsPerRule, rules: count } = to.limits;
  const max = count.max ?? Number.POSITIVE_INFINITY;
  const split = rules.flatMap(each => splitOrigins(each, originsPerRule ?? Number.POSITIVE_INFINITY));
  const merged = split.length > max ? mergeAlike(split, originsPerRule ?? Number.POSITIVE_INFINITY) : split;
  for (const { index } of merged.slice(max)) losses.push({ path: ['rules', index], code: 'limit' });
  return merged.slice(0, max).map(({ rule }) => rule);
}

function splitOrigins({ rule, index }: Numbered, limit: number): readonly Numbered[] {
  const { id, ...rest } = rule;
  if (rule.allowedOrigins.length <= limit) return [{ rule, index }];
  // With `*` the others say nothing, and apart from it they would be answered otherwise.
  if (rule.allowedOrigins.includes('*')) return [{ rule: { ...rule, allowedOrigins: ['*'] }, index }];
  const parts: Numbered[] = [];
  for (let at = 0; at < rule.allowedOrigins.length; at += limit) {
    const allowedOrigins = rule.allowedOrigins.slice(at, at + limit);
    parts.push({ rule: { ...(at === 0 && id !== undefined && { id }), ...rest, allowedOrigins }, index });
  }
  return parts;
}

/** Rules that follow each other and differ in their origins only, as one. */
function mergeAlike(rules: readonly Numbered[], limit: number): readonly Numbered[] {
  const merged: Numbered[] = [];
  for (const each of rules) {
    const last = merged.at(-1);
    const allowedOrigins = [...(last?.rule.allowedOrigins ?? []), ...each.rule.allowedOrigins];
    const fits = last && sayAlike(last.rule, each.rule) && allowedOrigins.length <= limit;
    if (fits && !allowedOrigins.includes('*'))
      merged[merged.length - 1] = { ...last, rule: { ...last.rule, allowedOrigins } };
    else merged.push(each);
  }
  return merged;
}

function sayAlike(
  { id: _a, allowedOrigins: _b, ...one }: Rule,
  { id: _c, allowedOrigins: _d, ...other }: Rule,
): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function compared(
  policy: Policy,
  converted: Policy,
  { from, to, inexpressible, budget }: Conversion,
): Comparison {
  const comparison = compareWithin(compile(policy, from), compile(converted, to), budget);
  if (inexpressible === 'leave-out' && comparison.gained?.browser) {
    throw new Error(`the converted policy lets in ${JSON.stringify(comparison.gained)}`);
  }
  return comparison;
}
