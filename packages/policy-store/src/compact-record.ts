import type { Policy, Rule } from '@crossgate/core';
import type { PolicyRevision } from './policy-store.ts';

/*
 * A revision as a text with less than half of the length of its JSON, which is read in less than half of the time. Fields
 * have one separator between them, the lists of a rule another, and rules begin with a third:
 *
 *   dialect  tenant  revision  writtenAt  kind  others  { id  maxAgeSeconds | origins | methods | headers | exposed }
 *
 * `others` are further members, as JSON. What is left out is empty, so an empty text cannot be told from nothing.
 */

const FIELD = '\x1f';
const LIST = '\x1e';
const RULE = '\x1d';
const FIELD_CODE = 0x1f;
const RULE_CODE = 0x1d;

/** What a revision has: no policy, or one with this `vary`. */
type Kind = 'none' | 'unset' | 'true' | 'false';

/** Undefined for what would not come back as it does from `json`, the JSON of the same. */
export function compactText(
  { key, revision, policy, writtenAt, ...others }: PolicyRevision,
  json: string,
): string | undefined {
  // JSON has a backslash for every character that could be taken for a separator, and for lone surrogates.
  if (json.includes('\\') || json.includes('""') || (policy && !isPlain(policy))) return undefined;
  const kind: Kind = policy ? (policy.vary === undefined ? 'unset' : `${policy.vary}`) : 'none';
  const further = JSON.stringify(others);
  const head = [key.dialect, key.tenant, revision, writtenAt, kind, further === '{}' ? '' : further];
  return [head.join(FIELD), ...(policy?.rules ?? []).map(ruleText)].join(RULE);
}

const POLICY_MEMBERS: readonly string[] = ['rules', 'vary'] satisfies (keyof Policy)[];
const LISTS = ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] as const;
const RULE_MEMBERS: readonly string[] = ['id', ...LISTS, 'maxAgeSeconds'] satisfies (keyof Rule)[];

/** Whether all is there that there should be, and nothing else: what is restored can be of another version. */
function isPlain(policy: Policy): boolean {
  return (
    Object.keys(policy).every(name => POLICY_MEMBERS.includes(name)) &&
    (policy.vary === undefined || typeof policy.vary === 'boolean') &&
    policy.rules.every(isPlainRule)
  );
}

function isPlainRule(rule: Partial<Rule> | null): boolean {
  return (
    rule !== null &&
    Object.keys(rule).every(name => RULE_MEMBERS.includes(name)) &&
    LISTS.every(list => isListOfTexts(rule[list])) &&
    (rule.id === undefined || typeof rule.id === 'string') &&
    // JSON has `null` for the others.
    (rule.maxAgeSeconds === undefined || Number.isFinite(rule.maxAgeSeconds))
  );
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}

function ruleText(rule: Rule): string {
  return [
    [rule.id ?? '', rule.maxAgeSeconds ?? ''],
    rule.allowedOrigins,
    rule.allowedMethods,
    rule.allowedHeaders,
    rule.exposeHeaders,
  ]
    .map(fields => fields.join(FIELD))
    .join(LIST);
}

/** What is being read, up to where, and what ended the last field: zero for the end. */
const reading = { text: '', at: 0, separator: 0 };

/** Reads what `compactText` has written. */
export function readCompactText(text: string): PolicyRevision {
  reading.text = text;
  reading.at = 0;
  const key = { dialect: nextField(), tenant: nextField() };
  const revision = Number(nextField());
  const writtenAt = Number(nextField());
  const kind = nextField() as Kind;
  const further = nextField();
  const rules: Rule[] = [];
  while (reading.separator === RULE_CODE) rules.push(nextRule());
  const policy =
    kind === 'none' ? undefined : kind === 'unset' ? { rules } : { rules, vary: kind === 'true' };
  const record = { key, revision, policy, writtenAt };
  return further === '' ? record : { ...record, ...JSON.parse(further) };
}

function nextRule(): Rule {
  const id = nextField();
  const maxAge = nextField();
  const allowedOrigins = nextList();
  const allowedMethods = nextList();
  const allowedHeaders = nextList();
  const exposeHeaders = nextList();
  // Written out, for a spread takes as long as all the rest.
  if (maxAge === '') {
    return id === ''
      ? { allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders }
      : { id, allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders };
  }
  const maxAgeSeconds = Number(maxAge);
  return id === ''
    ? { allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, maxAgeSeconds }
    : { id, allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, maxAgeSeconds };
}

function nextList(): readonly string[] {
  const first = nextField();
  const fields = first === '' ? [] : [first];
  while (reading.separator === FIELD_CODE) fields.push(nextField());
  return fields;
}

function nextField(): string {
  const { text, at } = reading;
  const { length } = text;
  let end = at;
  let code = 0;
  while (end < length) {
    code = text.charCodeAt(end);
    if (code <= FIELD_CODE) break;
    end++;
  }
  reading.separator = end < length ? code : 0;
  reading.at = end + 1;
  return text.slice(at, end);
}
