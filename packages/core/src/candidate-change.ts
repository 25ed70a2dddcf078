import type { CompiledPolicy } from './compile.ts';
import type { PolicyEdit } from './edit.ts';
import { isToken, nameKey } from './field-name.ts';
import { allowsHeader, rulesForMethods } from './matching-rules.ts';
import type { Rule } from './policy.ts';
import { hasRule, type RuleSet } from './rule-set.ts';

/** A refused request, and what is known of it. */
export interface Refused {
  readonly origin: string;
  /** The rules that allow the origin. */
  readonly byOrigin: RuleSet | undefined;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  /** The rule that refused, where the service lets a rule refuse. */
  readonly chosen: number | undefined;
}

/** Entries for the lists of a rule. */
export interface Entries {
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
}

/** What would let the request in, if the service takes it. */
export type CandidateChange =
  | {
      readonly kind: 'change';
      readonly index: number;
      readonly source: Rule;
      /** What the rule lacks. */
      readonly added: Entries;
    }
  | {
      readonly kind: 'addition';
      readonly index: number;
      readonly source: Rule;
      /** Those of the entries that are of the request. */
      readonly added: Entries;
      /** Whether it answers, and may refuse, requests of which another rule allows more. */
      readonly takesOver: boolean;
    };

/** How many lists are changed, or rules added. */
export function placesOf({ kind, added }: CandidateChange): number {
  return kind === 'addition' ? 1 : Object.values(added).filter(list => list.length > 0).length;
}

function entriesOf({ allowedOrigins, allowedMethods, allowedHeaders }: Entries): number {
  return allowedOrigins.length + allowedMethods.length + allowedHeaders.length;
}

export function editsOf({ kind, index, source, added }: CandidateChange): readonly PolicyEdit[] {
  if (kind === 'addition') return [{ kind: 'add-rule', path: ['rules', index], value: source }];
  return [
    ...added.allowedOrigins.map(
      value => ({ kind: 'add-origin', path: ['rules', index, 'allowedOrigins'], value }) as const,
    ),
    ...added.allowedMethods.map(
      value => ({ kind: 'add-method', path: ['rules', index, 'allowedMethods'], value }) as const,
    ),
    ...added.allowedHeaders.map(
      value => ({ kind: 'add-header', path: ['rules', index, 'allowedHeaders'], value }) as const,
    ),
  ];
}

/**
 * For each rule what it lacks, the least first. Only the rules up to that which refused: a later one is not reached,
 * whatever it allows.
 */
export function changesOfRules(policy: CompiledPolicy, refused: Refused): CandidateChange[] {
  const { byOrigin, chosen } = refused;
  const byMethod = rulesForMethods(policy, refused.methods);
  const names = comparedNames(policy, refused);
  const method = methodToAdd(policy, refused);
  const reached = chosen === undefined ? policy.rules : policy.rules.slice(0, chosen + 1);
  const changes = reached.map(({ source }, index): CandidateChange => {
    const added: Entries = {
      allowedOrigins: byOrigin && hasRule(byOrigin, index) ? [] : [refused.origin],
      allowedMethods: hasRule(byMethod, index) ? [] : [method],
      allowedHeaders: names.filter(name => !allowsHeader(policy, index, name)),
    };
    return { kind: 'change', index, source, added };
  });
  return changes.sort((a, b) => placesOf(a) - placesOf(b) || entriesOf(a.added) - entriesOf(b.added));
}

/**
 * A rule for what was requested, after all others; where a rule refused, right before that. There it allows the
 * headers of that rule too, and if the service does not take so many, only those requested.
 */
export function newRules(policy: CompiledPolicy, refused: Refused): CandidateChange[] {
  const { profile } = policy;
  const added: Entries = {
    allowedOrigins: [refused.origin],
    allowedMethods: [methodToAdd(policy, refused)],
    allowedHeaders: namesOfNewRule(policy, refused),
  };
  const { chosen } = refused;
  const refusing = chosen === undefined ? undefined : policy.rules[chosen]?.source;
  if (chosen === undefined || !refusing) {
    const age = profile.limits.maxAgeSeconds.required ? { maxAgeSeconds: 0 } : {};
    const source: Rule = { ...added, exposeHeaders: [], ...age };
    return [{ kind: 'addition', index: policy.rules.length, source, added, takesOver: false }];
  }
  const lacking = added.allowedHeaders.filter(name => !allowsHeader(policy, chosen, name));
  const { exposeHeaders, maxAgeSeconds } = refusing;
  const narrow: Rule = { ...added, exposeHeaders, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
  const wide: Rule = { ...narrow, allowedHeaders: [...refusing.allowedHeaders, ...lacking] };
  const wideAdded: Entries = { ...added, allowedHeaders: lacking };
  return [
    { kind: 'addition', index: chosen, source: wide, added: wideAdded, takesOver: false },
    { kind: 'addition', index: chosen, source: narrow, added, takesOver: true },
  ];
}

/** The requested names that decide whether the request is let in, each once. */
function comparedNames({ profile }: CompiledPolicy, { headers }: Refused): readonly string[] {
  const { unlisted } = profile.headers;
  return unlisted === 'next-rule' || unlisted === 'refuse' ? distinct(headers) : [];
}

/** Where names are left out of the answer, a browser misses them all the same: those that can be named are. */
function namesOfNewRule(policy: CompiledPolicy, refused: Refused): readonly string[] {
  return policy.profile.headers.unlisted === 'filter'
    ? distinct(refused.headers).filter(name => isToken(name) && !name.includes('*'))
    : comparedNames(policy, refused);
}

function distinct(names: readonly string[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const name of names) if (!byName.has(nameKey(name))) byName.set(nameKey(name), name);
  return [...byName.values()];
}

/** One is enough to be let in: the first that the service knows. */
function methodToAdd({ profile }: CompiledPolicy, { methods }: Refused): string {
  return methods.find(method => profile.methods.known.includes(method)) ?? methods[0] ?? '';
}
