import { type Diagnostic, diagnostic, formatPath, type PolicyPath, type SourceSpan } from './diagnostic.ts';
import type { Policy, Rule } from './policy.ts';

export type ReadPolicyResult =
  | ({ readonly kind: 'policy'; readonly policy: Policy } & PolicySource)
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] };

/** Where the parts of a policy stand in the document it came from, when its reader knows. */
export interface PolicySource {
  /** Gives findings about the policy their places, and puts them in the order of the document. */
  readonly locate?: (findings: readonly Diagnostic[]) => readonly Diagnostic[];
  /** Of what is at the path, or of the nearest thing around it. */
  readonly spanOf?: (path: PolicyPath) => SourceSpan | undefined;
}

const POLICY_FIELDS = ['rules', 'vary'];
const RULE_FIELDS = [
  'id',
  'allowedOrigins',
  'allowedMethods',
  'allowedHeaders',
  'exposeHeaders',
  'maxAgeSeconds',
];

/**
 * Reads the neutral form of a policy from parsed JSON. Only the shape is checked here; what a service takes is a
 * matter of `validate`. Left-out lists are empty, left-out options stay unset.
 */
export function readPolicy(value: unknown): ReadPolicyResult {
  const findings: Diagnostic[] = [];
  const document = readObject(value, [], POLICY_FIELDS, findings);
  const rules = readList(document, 'rules', [], 'a list of rules', findings).map((rule, index) =>
    readRule(rule, ['rules', index], findings),
  );
  if (document && !Object.hasOwn(document, 'rules')) {
    findings.push(diagnostic('field-missing', ['rules'], { field: 'rules' }));
  }
  const vary = readOptional(document, 'vary', 'boolean', [], findings);
  if (findings.length > 0) return { kind: 'diagnostics', diagnostics: findings };
  return { kind: 'policy', policy: { rules, ...(vary !== undefined && { vary }) } };
}

type Fields = Readonly<Record<string, unknown>>;

function readRule(value: unknown, path: PolicyPath, findings: Diagnostic[]): Rule {
  const fields = readObject(value, path, RULE_FIELDS, findings);
  const id = readOptional(fields, 'id', 'string', path, findings);
  const maxAgeSeconds = readOptional(fields, 'maxAgeSeconds', 'number', path, findings);
  return {
    ...(id !== undefined && { id }),
    allowedOrigins: readStrings(fields, 'allowedOrigins', path, findings),
    allowedMethods: readStrings(fields, 'allowedMethods', path, findings),
    allowedHeaders: readStrings(fields, 'allowedHeaders', path, findings),
    exposeHeaders: readStrings(fields, 'exposeHeaders', path, findings),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}

function readObject(
  value: unknown,
  path: PolicyPath,
  known: readonly string[],
  findings: Diagnostic[],
): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const field = formatPath(path) || 'policy';
    findings.push(diagnostic('field-type', path, { field, expected: 'an object' }));
    return undefined;
  }
  for (const field of Object.keys(value)) {
    if (!known.includes(field)) {
      findings.push(diagnostic('field-unknown', [...path, field], { field, known: known.join(', ') }));
    }
  }
  return { ...value };
}

function readList(
  fields: Fields | undefined,
  field: string,
  path: PolicyPath,
  expected: string,
  findings: Diagnostic[],
): readonly unknown[] {
  const value = fields && Object.hasOwn(fields, field) ? fields[field] : [];
  if (Array.isArray(value)) return value;
  findings.push(diagnostic('field-type', [...path, field], { field, expected }));
  return [];
}

function readStrings(
  fields: Fields | undefined,
  field: string,
  path: PolicyPath,
  findings: Diagnostic[],
): readonly string[] {
  const expected = 'a list of strings';
  const strings: string[] = [];
  readList(fields, field, path, expected, findings).forEach((value, index) => {
    if (typeof value === 'string') strings.push(value);
    else findings.push(diagnostic('field-type', [...path, field, index], { field, expected }));
  });
  return strings;
}

interface Primitives {
  string: string;
  number: number;
  boolean: boolean;
}

const EXPECTED: Readonly<Record<keyof Primitives, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
};

function readOptional<Kind extends keyof Primitives>(
  fields: Fields | undefined,
  field: string,
  kind: Kind,
  path: PolicyPath,
  findings: Diagnostic[],
): Primitives[Kind] | undefined {
  const value = fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined) return undefined;
  if (isPrimitive(value, kind)) return value;
  findings.push(diagnostic('field-type', [...path, field], { field, expected: EXPECTED[kind] }));
  return undefined;
}

function isPrimitive<Kind extends keyof Primitives>(value: unknown, kind: Kind): value is Primitives[Kind] {
  return typeof value === kind;
}
