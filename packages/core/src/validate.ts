import { type Diagnostic, diagnostic, type PolicyPath } from './diagnostic.ts';
import { parseHeaderPattern } from './header-pattern.ts';
import { parseOriginPattern } from './origin-pattern.ts';
import type { Policy, Rule } from './policy.ts';
import type { HeaderConventions, OptionalField, OriginConventions, Profile } from './profile.ts';

/**
 * Everything that keeps a service from taking the policy, in the order of the policy; empty when it is valid. Never
 * throws.
 */
export function validate(policy: Policy, profile: Profile): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const { min, max } = profile.limits.rules;
  const count = policy.rules.length;
  if (count < min) findings.push(diagnostic('rules-missing', ['rules']));
  if (max !== undefined && count > max) {
    findings.push(diagnostic('rules-too-many', ['rules'], { count, limit: max }));
  }
  checkTotalLength(policy, profile, findings);
  policy.rules.forEach((rule, index) => {
    const path = ['rules', index];
    checkFields(rule, path, profile, findings);
    checkOrigins(rule, path, profile, findings);
    checkMethods(rule, path, profile, findings);
    checkHeaders(rule.allowedHeaders, [...path, 'allowedHeaders'], profile, findings);
    checkHeaders(rule.exposeHeaders, [...path, 'exposeHeaders'], profile, findings);
    checkMaxAge(rule, path, profile, findings);
  });
  if (policy.vary !== undefined && !profile.fields.includes('vary')) {
    findings.push(diagnostic('field-not-supported', ['vary'], { field: 'vary' }));
  }
  return findings;
}

/** Finds that the rules have more characters together than the service takes. */
export function checkTotalLength(policy: Policy, profile: Profile, findings: Diagnostic[]): void {
  const { totalLength } = profile.limits;
  if (totalLength === undefined) return;
  const count = policy.rules.reduce((sum, rule) => sum + lengthOf(rule), 0);
  if (count > totalLength) {
    findings.push(diagnostic('rules-too-long', ['rules'], { count, limit: totalLength }));
  }
}

function lengthOf(rule: Rule): number {
  const lists = [rule.allowedOrigins, rule.allowedMethods, rule.allowedHeaders, rule.exposeHeaders];
  return lists.reduce((sum, list) => sum + list.join(',').length, String(rule.maxAgeSeconds ?? '').length);
}

function checkFields(rule: Rule, path: PolicyPath, profile: Profile, findings: Diagnostic[]): void {
  const present: Readonly<Record<Exclude<OptionalField, 'vary'>, boolean>> = {
    id: rule.id !== undefined,
    allowedHeaders: rule.allowedHeaders.length > 0,
    exposeHeaders: rule.exposeHeaders.length > 0,
    maxAgeSeconds: rule.maxAgeSeconds !== undefined,
  };
  for (const [field, isPresent] of Object.entries(present)) {
    if (isPresent && !profile.fields.some(known => known === field)) {
      findings.push(diagnostic('field-not-supported', [...path, field], { field }));
    }
  }
}

const WILDCARD_PLACES = {
  anywhere: 'put one `*` anywhere',
  subdomain: 'write `*.` before the domain, as in `https://*.example.com`',
  host: 'put the `*` inside the host, beside other characters, as in `https://*.example.com`',
  end: 'put the `*` at the end, as in `x-ms-meta-*`',
} as const satisfies Record<OriginConventions['wildcard'] | HeaderConventions['wildcard'], string>;

function checkOrigins(rule: Rule, path: PolicyPath, profile: Profile, findings: Diagnostic[]): void {
  const list = [...path, 'allowedOrigins'];
  const count = rule.allowedOrigins.length;
  const { originsPerRule, entryLength } = profile.limits;
  if (count === 0) findings.push(diagnostic('origins-missing', list));
  if (originsPerRule !== undefined && count > originsPerRule) {
    findings.push(diagnostic('origins-too-many', list, { count, limit: originsPerRule }));
  }
  rule.allowedOrigins.forEach((value, index) => {
    const pattern = parseOriginPattern(value, profile.origins);
    if (pattern.kind === 'invalid') {
      const permitted = WILDCARD_PLACES[profile.origins.wildcard];
      findings.push(diagnostic(pattern.code, [...list, index], { value, permitted }));
    }
    if (entryLength !== undefined && value.length > entryLength) {
      const parameters = { count: value.length, limit: entryLength };
      findings.push(diagnostic('origin-too-long', [...list, index], parameters));
    }
  });
}

function checkMethods(rule: Rule, path: PolicyPath, profile: Profile, findings: Diagnostic[]): void {
  const list = [...path, 'allowedMethods'];
  const { known, any } = profile.methods;
  const taken = [...known, ...(any ? ['*'] : [])];
  if (rule.allowedMethods.length === 0) findings.push(diagnostic('methods-missing', list));
  rule.allowedMethods.forEach((value, index) => {
    if (taken.includes(value)) return;
    findings.push(diagnostic('method-unknown', [...list, index], { value, known: taken.join(', ') }));
  });
}

function checkHeaders(
  names: readonly string[],
  list: PolicyPath,
  profile: Profile,
  findings: Diagnostic[],
): void {
  const { entryLength, headersPerList } = profile.limits;
  const counts = { literal: 0, wildcard: 0 };
  names.forEach((value, index) => {
    const pattern = parseHeaderPattern(value, profile.headers);
    if (pattern.kind === 'invalid') {
      const permitted = WILDCARD_PLACES[profile.headers.wildcard];
      findings.push(diagnostic(pattern.code, [...list, index], { value, permitted }));
    } else if (pattern.kind !== 'any') {
      counts[pattern.kind === 'exact' ? 'literal' : 'wildcard']++;
    }
    if (entryLength !== undefined && value.length > entryLength) {
      const parameters = { count: value.length, limit: entryLength };
      findings.push(diagnostic('header-too-long', [...list, index], parameters));
    }
  });
  if (!headersPerList) return;
  for (const form of ['literal', 'wildcard'] as const) {
    if (counts[form] <= headersPerList[form]) continue;
    const parameters = { count: counts[form], form, limit: headersPerList[form] };
    findings.push(diagnostic('headers-too-many', list, parameters));
  }
}

function checkMaxAge(rule: Rule, path: PolicyPath, profile: Profile, findings: Diagnostic[]): void {
  const { max, required } = profile.limits.maxAgeSeconds;
  const seconds = rule.maxAgeSeconds;
  const field = [...path, 'maxAgeSeconds'];
  if (seconds === undefined) {
    if (required) findings.push(diagnostic('max-age-missing', field));
  } else if (!Number.isInteger(seconds) || seconds < 0 || seconds > max) {
    findings.push(diagnostic('max-age-range', field, { limit: max }));
  }
}
