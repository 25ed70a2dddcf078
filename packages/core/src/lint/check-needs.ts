import { decidePreflight } from '../decide.ts';
import type { PreflightDecision } from '../decision.ts';
import { type Diagnostic, diagnostic, type WitnessRequest } from '../diagnostic.ts';
import { listElements } from '../field-name.ts';
import { matchesHeader } from '../header-pattern.ts';
import { type Entry, type LintedPolicy, type LintedRule, methodNames, shownBy } from './linted-policy.ts';

/** What pages need to make use of what is allowed. */
export function checkNeeds(policy: LintedPolicy): readonly Diagnostic[] {
  return [
    ...policy.rules.flatMap(rule => [...contentType(rule, policy), ...exposedNames(rule, policy)]),
    ...clientHeaders(policy),
  ];
}

/** Methods that are of little use without a body. A `POST` may well be that of a form. */
const WITH_BODY: readonly string[] = ['PUT', 'PATCH', 'MERGE'];

function contentType(rule: LintedRule, policy: LintedPolicy): readonly Diagnostic[] {
  const [origin] = rule.origins.flatMap(({ sent }) => sent ?? []);
  const method = methodNames(rule, policy.profile).find(name => WITH_BODY.includes(name));
  if (origin === undefined || method === undefined) return [];
  const request: WitnessRequest = { origin, method, headers: ['content-type'] };
  const plain = decide(policy, { ...request, headers: [] });
  // The rule before this one that answers has its own finding.
  if (plain.kind !== 'allowed' || plain.rule !== rule.index) return [];
  if (letsIn(decide(policy, request), 'content-type')) return [];
  const finding = diagnostic('content-type-not-allowed', [...rule.path, 'allowedHeaders'], { method });
  return [shownBy(finding, request)];
}

function decide({ compiled }: LintedPolicy, { origin, method, headers }: WitnessRequest): PreflightDecision {
  return decidePreflight(compiled, { origin, requestMethod: method, requestHeaders: headers.join(',') });
}

/** Whether a browser reads from the answer that it may send the header. */
function letsIn(decision: PreflightDecision, name: string): boolean {
  if (decision.kind !== 'allowed') return false;
  const answered = decision.headers.find(([header]) => header === 'Access-Control-Allow-Headers')?.[1] ?? '';
  return listElements(answered).some(element => element.toLowerCase() === name);
}

function exposedNames(rule: LintedRule, { profile }: LintedPolicy): readonly Diagnostic[] {
  const needed = profile.browserClient?.readAfterPut ?? [];
  if (!methodNames(rule, profile).includes('PUT')) return [];
  return needed
    .filter(name => !hasName(rule.exposed, name))
    .map(name => diagnostic('client-header-not-exposed', [...rule.path, 'exposeHeaders'], { name }));
}

function clientHeaders({ rules, profile }: LintedPolicy): readonly Diagnostic[] {
  const needed = profile.browserClient?.requestHeaders ?? [];
  if (rules.length === 0 || profile.headers.unlisted === 'ignore') return [];
  return needed
    .filter(name => !rules.some(rule => hasName(rule.headers, name)))
    .map(name => diagnostic('client-header-not-allowed', ['rules'], { name }));
}

function hasName(entries: readonly Entry[], name: string): boolean {
  return entries.some(({ pattern }) => matchesHeader(pattern, name.toLowerCase()));
}
