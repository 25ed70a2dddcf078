import { diagnostic, type Policy, type PolicyPath, type ReadPolicyResult, type Rule } from '@crossgate/core';
import type { PolicyDocumentFormat } from '../dialect.ts';
import { type JsonMember, type JsonNode, readJson } from '../json/read-json.ts';
import { newPolicyReading, type PolicyReading } from '../policy-reading.ts';
import { qingstorProfile } from './profile.ts';

/** No source states a limit; that of other object services leaves room enough. */
const LIMIT_BYTES = 64 * 1024;

/** The body of PUT and GET Bucket CORS of the API reference. */
export const qingstorPolicyDocument: PolicyDocumentFormat = {
  mediaType: 'application/json',
  limitBytes: LIMIT_BYTES,
  parse,
  write,
};

/** The lists of a rule by their names on the wire. */
const LISTS = {
  allowed_methods: 'allowedMethods',
  allowed_headers: 'allowedHeaders',
  expose_headers: 'exposeHeaders',
} as const;

const RULE_FIELDS = ['allowed_origin', ...Object.keys(LISTS), 'max_age_seconds'];

/** Both the table and the samples of the documentation; its older text says that case does not matter. */
const VARY_SPELLINGS: ReadonlyMap<string, boolean> = new Map([
  ['enabled', true],
  ['enable', true],
  ['disabled', false],
  ['disable', false],
]);

function parse(bytes: Uint8Array): ReadPolicyResult {
  if (bytes.length > LIMIT_BYTES) {
    return {
      kind: 'diagnostics',
      diagnostics: [diagnostic('document-too-large', [], { limit: LIMIT_BYTES })],
    };
  }
  const json = readJson(bytes);
  if (json.kind === 'diagnostic') return { kind: 'diagnostics', diagnostics: [json.diagnostic] };
  const reading = newPolicyReading();
  return reading.finish(readDocument(json.value, reading), qingstorProfile);
}

function readDocument(document: JsonNode, reading: PolicyReading): Policy {
  const members = readMembers(document, [], ['resp_vary', 'cors_rules'], reading);
  const rules = members.get('cors_rules');
  if (!rules && document.kind === 'object') {
    reading.find('field-missing', ['rules'], { field: 'cors_rules' }, document);
  }
  const vary = members.get('resp_vary');
  return {
    rules: readList(rules, ['rules'], 'a list of rules', reading).map((rule, index) =>
      readRule(rule, ['rules', index], reading),
    ),
    ...(vary && { vary: readVary(vary, reading) }),
  };
}

function readVary(member: JsonMember, reading: PolicyReading): boolean {
  const { value } = member;
  reading.at(['vary'], value);
  const vary = value.kind === 'string' ? VARY_SPELLINGS.get(value.value.toLowerCase()) : undefined;
  if (vary === undefined) wrongType(member.name, value, ['vary'], '`enabled` or `disabled`', reading);
  return vary ?? false;
}

/** Stands for a rule that could not be read; there is nothing wrong with it that would be told beside that. */
const UNREAD_RULE: Rule = {
  allowedOrigins: ['*'],
  allowedMethods: ['*'],
  allowedHeaders: [],
  exposeHeaders: [],
};

function readRule(node: JsonNode, path: PolicyPath, reading: PolicyReading): Rule {
  if (node.kind !== 'object') {
    const parameters = { field: 'cors_rules', expected: 'a list of objects' };
    reading.find('field-type', path, parameters, node);
    return UNREAD_RULE;
  }
  const members = readMembers(node, path, RULE_FIELDS, reading);
  const lists: Record<(typeof LISTS)[keyof typeof LISTS], string[]> = {
    allowedMethods: [],
    allowedHeaders: [],
    exposeHeaders: [],
  };
  for (const [name, list] of Object.entries(LISTS)) {
    lists[list] = readStrings(members.get(name), [...path, list], reading);
  }
  const maxAge = members.get('max_age_seconds');
  return {
    allowedOrigins: readOrigin(members.get('allowed_origin'), [...path, 'allowedOrigins'], reading),
    ...lists,
    ...(maxAge && { maxAgeSeconds: readNumber(maxAge, [...path, 'maxAgeSeconds'], reading) }),
  };
}

/** A rule of this service has one origin, as a string. */
function readOrigin(
  member: JsonMember | undefined,
  path: PolicyPath,
  reading: PolicyReading,
): readonly string[] {
  if (!member) return [];
  const { value } = member;
  reading.at(path, value);
  if (value.kind === 'string') return [value.value];
  wrongType(member.name, value, path, 'one origin as a string', reading);
  return [];
}

function readNumber(member: JsonMember, path: PolicyPath, reading: PolicyReading): number {
  const { value } = member;
  reading.at(path, value);
  if (value.kind === 'number') return value.value;
  wrongType(member.name, value, path, 'a number', reading);
  return 0;
}

function readStrings(member: JsonMember | undefined, path: PolicyPath, reading: PolicyReading): string[] {
  const expected = 'a list of strings';
  return readList(member, path, expected, reading).map((item, index) => {
    reading.at([...path, index], item);
    if (item.kind === 'string') return item.value;
    wrongType(member?.name ?? '', item, [...path, index], expected, reading);
    // Keeps the places of those behind it.
    return '';
  });
}

function readList(
  member: JsonMember | undefined,
  path: PolicyPath,
  expected: string,
  reading: PolicyReading,
): readonly JsonNode[] {
  if (!member) return [];
  reading.at(path, member.value);
  if (member.value.kind === 'array') return member.value.items;
  wrongType(member.name, member.value, path, expected, reading);
  return [];
}

function readMembers(
  node: JsonNode,
  path: PolicyPath,
  known: readonly string[],
  reading: PolicyReading,
): ReadonlyMap<string, JsonMember> {
  reading.at(path, node);
  if (node.kind !== 'object') {
    const parameters = { field: 'document', expected: 'an object' };
    reading.find('field-type', path, parameters, node);
    return new Map();
  }
  for (const member of node.members) {
    if (known.includes(member.name)) continue;
    const parameters = { field: member.name, known: known.join(', ') };
    reading.find('field-unknown', path, parameters, member);
  }
  return new Map(node.members.map(member => [member.name, member]));
}

function wrongType(
  field: string,
  value: JsonNode,
  path: PolicyPath,
  expected: string,
  reading: PolicyReading,
): void {
  reading.find('field-type', path, { field, expected }, value);
}

/** In the order of the documented samples. What is not set is not written. */
function write(policy: Policy): string {
  return JSON.stringify({
    ...(policy.vary !== undefined && { resp_vary: policy.vary ? 'enable' : 'disable' }),
    cors_rules: policy.rules.map(rule => ({
      allowed_origin: rule.allowedOrigins[0],
      allowed_methods: rule.allowedMethods,
      ...(rule.allowedHeaders.length > 0 && { allowed_headers: rule.allowedHeaders }),
      ...(rule.maxAgeSeconds !== undefined && { max_age_seconds: rule.maxAgeSeconds }),
      ...(rule.exposeHeaders.length > 0 && { expose_headers: rule.exposeHeaders }),
    })),
  });
}
