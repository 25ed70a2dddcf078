/** What a signed form may hold: conditions on its fields, until a time. */
export interface PostPolicy {
  /** Bytes of the file. */
  readonly lengthRange: { readonly min: number; readonly max: number } | undefined;
}

export type PostPolicyResult =
  | { readonly kind: 'holds'; readonly policy: PostPolicy }
  | { readonly kind: 'violated'; readonly message: string };

/**
 * Checks a form against its policy: a JSON document with `expiration` and `conditions`, which are `{"field": "value"}`,
 * `["eq", "$field", "value"]`, `["starts-with", "$field", "prefix"]` and `["content-length-range", min, max]`. Values
 * are those of `fields`, by names in lower case; `bucket` is among them.
 */
export function checkPostPolicy(
  text: string,
  fields: ReadonlyMap<string, string>,
  now: number,
): PostPolicyResult {
  const policy = parsePolicy(text);
  if (!policy) return violated('the policy is not a JSON object with expiration and conditions');
  const expiration = Date.parse(policy.expiration);
  if (Number.isNaN(expiration)) return violated('the expiration of the policy is not an ISO 8601 time');
  if (now > expiration) return violated(`the policy expired at ${policy.expiration}`);
  let lengthRange: PostPolicy['lengthRange'];
  for (const condition of policy.conditions) {
    const range = readLengthRange(condition);
    if (range) {
      lengthRange = {
        min: Math.max(range.min, lengthRange?.min ?? range.min),
        max: Math.min(range.max, lengthRange?.max ?? range.max),
      };
      continue;
    }
    const tests = fieldTests(condition);
    if (!tests) return violated(`the policy has a condition that is not understood: ${shown(condition)}`);
    const failed = tests.find(({ field, holds }) => !holds(fields.get(field) ?? ''));
    if (failed)
      return violated(`the field ${cut(failed.field)} does not hold to the condition ${shown(condition)}`);
  }
  return { kind: 'holds', policy: { lengthRange } };
}

function violated(message: string): PostPolicyResult {
  return { kind: 'violated', message: `The form does not hold to its policy: ${message}.` };
}

function parsePolicy(
  text: string,
): { readonly expiration: string; readonly conditions: readonly unknown[] } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { expiration, conditions } = value as {
    readonly expiration?: unknown;
    readonly conditions?: unknown;
  };
  return typeof expiration === 'string' && Array.isArray(conditions) ? { expiration, conditions } : undefined;
}

function readLengthRange(condition: unknown): PostPolicy['lengthRange'] {
  if (!Array.isArray(condition) || condition.length !== 3) return undefined;
  const [operator, min, max] = condition.map(String);
  if (operator?.toLowerCase() !== 'content-length-range') return undefined;
  const range = { min: Number(min), max: Number(max) };
  return Number.isInteger(range.min) && Number.isInteger(range.max) ? range : undefined;
}

interface FieldTest {
  readonly field: string;
  readonly holds: (value: string) => boolean;
}

function fieldTests(condition: unknown): readonly FieldTest[] | undefined {
  if (Array.isArray(condition)) {
    const [operator, field, operand] = condition;
    if (condition.length !== 3 || typeof field !== 'string' || typeof operand !== 'string') return undefined;
    const name = field.replace(/^\$/, '').toLowerCase();
    switch (String(operator).toLowerCase()) {
      case 'eq':
        return [{ field: name, holds: value => value === operand }];
      case 'starts-with':
        return [{ field: name, holds: value => value.startsWith(operand) }];
      default:
        return undefined;
    }
  }
  if (typeof condition !== 'object' || condition === null) return undefined;
  return Object.entries(condition).map(([field, operand]) => ({
    field: field.toLowerCase(),
    holds: value => value === String(operand),
  }));
}

function shown(condition: unknown): string {
  return cut(JSON.stringify(condition) ?? '');
}

/** What a client can make as long as it likes. */
function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
