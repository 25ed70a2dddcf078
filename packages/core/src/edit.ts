import type { Policy, Rule } from './policy.ts';

/** One change of a policy. `path` names what is changed, as in a diagnostic. */
export type PolicyEdit =
  /** Puts `value` at the end of the list at `path`. */
  | {
      readonly kind: 'add-origin';
      readonly path: readonly ['rules', number, 'allowedOrigins'];
      readonly value: string;
    }
  | {
      readonly kind: 'add-method';
      readonly path: readonly ['rules', number, 'allowedMethods'];
      readonly value: string;
    }
  | {
      readonly kind: 'add-header';
      readonly path: readonly ['rules', number, 'allowedHeaders'];
      readonly value: string;
    }
  /** Puts `value` before the rule at `path`, or after all when there is none. */
  | { readonly kind: 'add-rule'; readonly path: readonly ['rules', number]; readonly value: Rule };

/**
 * The policy with the edits made, one after the other: indexes in a path count what the edits before it have added.
 *
 * @throws RangeError when an edit is of a rule that is not there
 */
export function applyEdits(policy: Policy, edits: readonly PolicyEdit[]): Policy {
  const rules = [...policy.rules];
  for (const edit of edits) {
    const index = edit.path[1];
    if (edit.kind === 'add-rule') {
      if (index > rules.length) throw noRule(index);
      rules.splice(index, 0, edit.value);
      continue;
    }
    const rule = rules[index];
    if (!rule) throw noRule(index);
    rules[index] = extended(rule, edit);
  }
  return { ...policy, rules };
}

function extended(rule: Rule, edit: Exclude<PolicyEdit, { kind: 'add-rule' }>): Rule {
  const list = edit.path[2];
  return { ...rule, [list]: [...rule[list], edit.value] };
}

function noRule(index: number): RangeError {
  return new RangeError(`there is no rule ${index} to edit`);
}
