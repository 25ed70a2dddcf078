import type { Diagnostic } from '../diagnostic.ts';
import { originExtent } from '../origin-pattern.ts';
import { matchesPattern } from '../pattern.ts';
import type { Profile } from '../profile.ts';
import {
  aboutEntry,
  type LintedPolicy,
  type LintedRule,
  methodNames,
  type OriginEntry,
  requestFrom,
  shownBy,
} from './linted-policy.ts';
import { type Breadth, originBreadth, type Reach } from './origin-breadth.ts';
import { originFault } from './origin-fault.ts';
import { isSharedHost } from './shared-suffixes.ts';

const REACHES = {
  scheme: 'origin-wildcard-scheme',
  'open-end': 'origin-wildcard-open-end',
  'no-dot': 'origin-wildcard-no-dot',
  'shared-suffix': 'origin-wildcard-shared-suffix',
  subdomains: 'origin-subdomains',
  ports: 'origin-wildcard-port',
} as const satisfies Record<Exclude<Reach, 'every'>, Diagnostic['code']>;

/** Who is let in: origins that never come, and those that come unasked. */
export function checkOrigins({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  return rules.flatMap(rule => rule.origins.flatMap(entry => checkEntry(entry, rule, profile)));
}

function checkEntry(entry: OriginEntry, rule: LintedRule, profile: Profile): readonly Diagnostic[] {
  const never = neverSent(entry);
  if (never) return [never];
  // Beside a `*` it lets in nobody else.
  if (!isAny(entry) && rule.origins.some(isAny)) return [];
  const findings = originBreadth(entry.pattern, profile.origins).flatMap(breadth =>
    breadthFindings(breadth, entry, rule, profile),
  );
  if (admitsNull(entry, profile)) {
    findings.push(shownBy(aboutEntry('origin-null', entry), requestFrom('null', rule, profile)));
  }
  return [...findings, ...hostFindings(entry, rule, profile)];
}

function isAny({ pattern }: OriginEntry): boolean {
  return pattern.kind === 'any';
}

function neverSent(entry: OriginEntry): Diagnostic | undefined {
  if (entry.sent !== undefined) return undefined;
  const fault = originFault(textOf(entry, 'a'));
  if (!fault) return undefined;
  const isPattern = entry.pattern.kind === 'wildcard';
  const { reason, correction } = fault;
  return aboutEntry('origin-never-sent', entry, {
    reason,
    correction:
      correction === undefined || isPattern
        ? 'write scheme, host, and a port that is not the default'
        : `write \`${correction}\``,
  });
}

/** An entry as it is compared, with `star` where its `*` is. */
function textOf({ pattern }: OriginEntry, star: string): string {
  switch (pattern.kind) {
    case 'any':
      return star;
    case 'exact':
      return pattern.text;
    case 'wildcard':
      return pattern.prefix + star + pattern.suffix;
    default:
      return pattern satisfies never;
  }
}

function breadthFindings(
  { reach, admitted }: Breadth,
  entry: OriginEntry,
  rule: LintedRule,
  profile: Profile,
): Diagnostic[] {
  const witness = requestFrom(admitted, rule, profile);
  if (reach !== 'every') return [shownBy(aboutEntry(REACHES[reach], entry, { admitted }), witness)];
  const code = rule.answersCredentials ? 'origin-every-credentials' : 'origin-every';
  const findings = [shownBy(aboutEntry(code, entry, { admitted }), witness)];
  const writes = methodNames(rule, profile).filter(method => WRITES.has(method));
  const [method] = writes;
  if (method !== undefined) {
    const finding = aboutEntry('origin-every-writes', entry, { methods: writes.join(', ') });
    findings.push(shownBy(finding, { origin: admitted, method, headers: [] }));
  }
  return findings;
}

/** The methods that change what is stored. */
const WRITES: ReadonlySet<string> = new Set(['PUT', 'POST', 'DELETE', 'PATCH', 'MERGE']);

/** `*` alone is not meant: that every origin is let in says enough. */
function admitsNull({ pattern }: OriginEntry, { origins }: Profile): boolean {
  return pattern.kind !== 'any' && matchesPattern(pattern, 'null', originExtent(origins));
}

/** What there is to say about an origin whose scheme is known. */
function hostFindings(entry: OriginEntry, rule: LintedRule, profile: Profile): readonly Diagnostic[] {
  const plain = plainStranger(entry, profile);
  if (plain !== undefined) return [shownBy(insecure(entry, rule), requestFrom(plain, rule, profile))];
  const known = /^(https?):\/\/(\[[^\]]*\]|[^:]*)/.exec(textOf(entry, '*'));
  if (entry.sent === undefined || !known) return [];
  const [, scheme, host = ''] = known;
  const findings: Diagnostic[] = [];
  if (isLoopback(host)) findings.push(aboutEntry('origin-loopback', entry));
  else if (scheme === 'http') findings.push(insecure(entry, rule));
  if (isSharedHost(host)) findings.push(aboutEntry('origin-shared-host', entry));
  const witness = requestFrom(entry.sent, rule, profile);
  return findings.map(finding => shownBy(finding, witness));
}

function insecure(entry: OriginEntry, rule: LintedRule): Diagnostic {
  return aboutEntry(rule.answersCredentials ? 'origin-insecure-credentials' : 'origin-insecure', entry);
}

/** An origin without encryption, of a pattern for every host whose `*` stands for the scheme too, or a part of it. */
function plainStranger({ pattern }: OriginEntry, { origins }: Profile): string | undefined {
  if (pattern.kind !== 'wildcard' || pattern.prefix.includes('://')) return undefined;
  const { suffix } = pattern;
  const plain = `http://stranger.example${suffix}`;
  const isForEvery = /^(:\d+)?$/.test(suffix) && originFault(plain) === undefined;
  return isForEvery && matchesPattern(pattern, plain, originExtent(origins)) ? plain : undefined;
}

/** Hosts that are the machine of the visitor, or taken for it. */
function isLoopback(host: string): boolean {
  return (
    /^(.+\.)?localhost\.?$/.test(host) ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    ['0.0.0.0', '[::]', '[::1]'].includes(host) ||
    /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(host)
  );
}
