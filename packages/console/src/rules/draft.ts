import type { OptionalField, Policy, Profile, Rule } from '@crossgate/core';

/** A policy while somebody edits it: lists are the text that was typed, an entry to a line. */
export interface Draft {
  readonly rules: readonly DraftRule[];
  readonly vary: boolean | undefined;
}

export interface DraftRule {
  /** Of this page alone: it stays with the rule when others come and go. */
  readonly key: number;
  readonly id: string;
  readonly allowedOrigins: string;
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAgeSeconds: string;
}

let lastKey = 0;

export function draftOf({ rules, vary }: Policy): Draft {
  return {
    vary,
    rules: rules.map(rule => ({
      key: ++lastKey,
      id: rule.id ?? '',
      allowedOrigins: rule.allowedOrigins.join('\n'),
      allowedMethods: rule.allowedMethods,
      allowedHeaders: rule.allowedHeaders.join('\n'),
      exposeHeaders: rule.exposeHeaders.join('\n'),
      maxAgeSeconds: rule.maxAgeSeconds === undefined ? '' : String(rule.maxAgeSeconds),
    })),
  };
}

/** A rule to fill in: with an age where the service asks for one. */
export function newRule({ limits }: Profile): DraftRule {
  return {
    key: ++lastKey,
    id: '',
    allowedOrigins: '',
    allowedMethods: ['GET'],
    allowedHeaders: '',
    exposeHeaders: '',
    maxAgeSeconds: limits.maxAgeSeconds.required ? '600' : '',
  };
}

/** As it would be saved. What cannot be read as a number is none, which `lint` finds. */
export function policyOf({ rules, vary }: Draft): Policy {
  return { rules: rules.map(ruleOf), ...(vary !== undefined && { vary }) };
}

function ruleOf(draft: DraftRule): Rule {
  const id = draft.id.trim();
  const age = draft.maxAgeSeconds.trim();
  return {
    ...(id !== '' && { id }),
    allowedOrigins: entriesOf(draft.allowedOrigins),
    allowedMethods: draft.allowedMethods,
    allowedHeaders: entriesOf(draft.allowedHeaders),
    exposeHeaders: entriesOf(draft.exposeHeaders),
    ...(age !== '' && { maxAgeSeconds: /^\d{1,15}$/.test(age) ? Number(age) : Number.NaN }),
  };
}

export function entriesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

export function hasField({ fields }: Profile, field: OptionalField): boolean {
  return fields.includes(field);
}

/** Whether both would be saved alike. */
export function samePolicy(a: Policy, b: Policy): boolean {
  return JSON.stringify(policyOf(draftOf(a))) === JSON.stringify(policyOf(draftOf(b)));
}

/** Puts the rule at `index` one place up (-1) or down (1), where there is one. */
export function moved(rules: readonly DraftRule[], index: number, by: -1 | 1): readonly DraftRule[] {
  const target = index + by;
  const rule = rules[index];
  if (!rule || target < 0 || target >= rules.length) return rules;
  return rules.toSpliced(index, 1).toSpliced(target, 0, rule);
}

/** Whether the service takes no policy without rules, so that none is left. */
export function removesPolicy({ rules }: Policy, { limits }: Profile): boolean {
  return rules.length === 0 && limits.rules.min > 0;
}
