import type { Diagnostic } from '../diagnostic.ts';
import { originExtent } from '../origin-pattern.ts';
import { matchesPattern } from '../pattern.ts';
import type { Profile } from '../profile.ts';
import {
  aboutEntry,
  type Entry,
  type LintedPolicy,
  type LintedRule,
  methodNames,
  requestFrom,
  shownBy,
} from './linted-policy.ts';
import { type Breadth, originBreadth, type Reach } from './origin-breadth.ts';
import { originFault } from './origin-fault.ts';
import { sentOrigin } from './sent-origin.ts';
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

function checkEntry(entry: Entry, rule: LintedRule, profile: Profile): readonly Diagnostic[] {
  const never = neverSent(entry, profile);
  if (never) return [never];
  const findings = originBreadth(entry.pattern, profile.origins).flatMap(breadth =>
    breadthFindings(breadth, entry, rule, profile),
  );
  if (admitsNull(entry, profile)) {
    findings.push(shownBy(aboutEntry('origin-null', entry), requestFrom('null', rule, profile)));
  }
  return [...findings, ...hostFindings(entry, rule, profile)];
}

function neverSent(entry: Entry, profile: Profile): Diagnostic | undefined {
  if (sentOrigin(entry.pattern, profile.origins) !== undefined) return undefined;
  const fault = originFault(plainText(entry));
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

/** An entry without its `*`, as the nearest thing that can be judged. */
function plainText({ pattern }: Entry): string {
  switch (pattern.kind) {
    case 'any':
      return 'https://a';
    case 'exact':
      return pattern.text;
    case 'wildcard':
      return pattern.prefix + pattern.suffix;
    default:
      return pattern satisfies never;
  }
}

function breadthFindings(
  { reach, admitted }: Breadth,
  entry: Entry,
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
function admitsNull({ pattern }: Entry, { origins }: Profile): boolean {
  return pattern.kind !== 'any' && matchesPattern(pattern, 'null', originExtent(origins));
}

/** What there is to say about an origin whose host is known. */
function hostFindings(entry: Entry, rule: LintedRule, profile: Profile): readonly Diagnostic[] {
  const origin = sentOrigin(entry.pattern, profile.origins);
  const known = /^(https?):\/\/(\[[^\]]*\]|[^:*]*)/.exec(knownPart(entry));
  if (origin === undefined || !known) return [];
  const [, scheme = '', host = ''] = known;
  const witness = requestFrom(origin, rule, profile);
  const findings: Diagnostic[] = [];
  if (isLoopback(host)) findings.push(aboutEntry('origin-loopback', entry));
  else if (scheme === 'http') {
    const code = rule.answersCredentials ? 'origin-insecure-credentials' : 'origin-insecure';
    findings.push(aboutEntry(code, entry));
  }
  if (isSharedHost(host)) findings.push(aboutEntry('origin-shared-host', entry));
  return findings.map(finding => shownBy(finding, witness));
}

/** An origin up to its `*`. */
function knownPart({ pattern }: Entry): string {
  switch (pattern.kind) {
    case 'any':
      return '';
    case 'exact':
      return pattern.text;
    case 'wildcard':
      return `${pattern.prefix}*`;
    default:
      return pattern satisfies never;
  }
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
