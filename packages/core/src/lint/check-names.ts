import { isForbiddenRequestHeader } from '../browser/request-headers.ts';
import { isForbiddenMethod } from '../browser/request-method.ts';
import { isForbiddenResponseHeader, SAFELISTED_RESPONSE_HEADERS } from '../browser/response-headers.ts';
import { unsafeReason } from '../browser/safelist.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { FORBIDDEN_REQUEST_HEADER_PREFIXES } from '../forbidden-request-headers.ts';
import type { Pattern } from '../pattern.ts';
import type { Profile } from '../profile.ts';
import { aboutEntry, type Entry, type LintedPolicy, type LintedRule } from './linted-policy.ts';

/** Methods and header names that browsers never ask for, cannot read, or had better not read. */
export function checkNames({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  return rules.flatMap(rule => [
    ...rule.methods.flatMap(checkMethod),
    ...rule.headers.flatMap(entry => checkHeader(entry, rule)),
    ...rule.exposed.flatMap(entry => checkExposed(entry, rule, profile)),
  ]);
}

function checkMethod(entry: Entry): readonly Diagnostic[] {
  const { pattern } = entry;
  const isForbidden = pattern.kind === 'exact' && isForbiddenMethod(pattern.text);
  return isForbidden ? [aboutEntry('method-forbidden', entry)] : [];
}

function checkHeader(entry: Entry, rule: LintedRule): readonly Diagnostic[] {
  const { pattern } = entry;
  switch (pattern.kind) {
    case 'any':
      return rule.answersCredentials ? [aboutEntry('header-any-credentials', entry)] : [];
    case 'exact':
      if (isForbiddenRequestHeader(pattern.text, '')) return [aboutEntry('header-forbidden', entry)];
      return UNDEMANDING.has(pattern.text) ? [aboutEntry('header-safelisted', entry)] : [];
    case 'wildcard':
      // Of names that go on otherwise, some can be set.
      return FORBIDDEN_REQUEST_HEADER_PREFIXES.some(prefix => pattern.prefix.startsWith(prefix))
        ? [aboutEntry('header-forbidden', entry)]
        : [];
    default:
      return pattern satisfies never;
  }
}

/**
 * Safelisted request headers of which pages send no others than safelisted values. Of `content-type` and `range` they do.
 */
const UNDEMANDING: ReadonlySet<string> = new Set(
  ['accept', 'accept-language', 'content-language'].filter(name => unsafeReason(name, '') === undefined),
);

function checkExposed(entry: Entry, rule: LintedRule, profile: Profile): readonly Diagnostic[] {
  const { pattern } = entry;
  const asItStands = profile.answers.exposeHeaders.kind === 'rule';
  switch (pattern.kind) {
    case 'any':
      return asItStands && rule.answersCredentials ? [aboutEntry('expose-any-credentials', entry)] : [];
    case 'wildcard':
      return asItStands ? [aboutEntry('expose-pattern', entry)] : [];
    case 'exact':
      return checkExposedName(pattern, entry);
    default:
      return pattern satisfies never;
  }
}

function checkExposedName(
  { text }: Extract<Pattern, { kind: 'exact' }>,
  entry: Entry,
): readonly Diagnostic[] {
  if (isForbiddenResponseHeader(text)) return [aboutEntry('expose-forbidden', entry)];
  if (SAFELISTED_RESPONSE_HEADERS.includes(text)) return [aboutEntry('expose-safelisted', entry)];
  return SECRETS.has(text) ? [aboutEntry('expose-sensitive', entry)] : [];
}

/** Names of headers that carry credentials, also where they are echoed by mistake. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-amz-security-token',
  'x-api-key',
  'x-auth-token',
  'x-cos-security-token',
  'x-csrf-token',
  'x-ms-encryption-key',
  'x-xsrf-token',
]);
