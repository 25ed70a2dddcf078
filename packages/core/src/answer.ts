import type { CompiledPolicy } from './compile.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { ActualRequest, ResponseHeader } from './decision.ts';
import { hasElement, listElements, lowerCase, visitDistinctElements } from './field-name.ts';
import { matchesHeader } from './header-pattern.ts';
import { joinNames, type LongNameList } from './long-name-list.ts';
import type { AllowedNames } from './matching-rules.ts';
import type { AnswerHeader } from './profile.ts';

export const VARY_ORIGIN: ResponseHeader = ['Vary', 'Origin'];

const ALLOW_CREDENTIALS: ResponseHeader = ['Access-Control-Allow-Credentials', 'true'];
const ALLOW_ANY_ORIGIN: ResponseHeader = ['Access-Control-Allow-Origin', '*'];

/** What the answer to a preflight says of the request. */
export interface AnswerFacts {
  readonly origin: string;
  readonly methods: readonly string[];
  /** As received; empty when there is none. */
  readonly requestHeaders: string;
  /** The same, where it is a long list that was read just now. */
  readonly long: LongNameList | undefined;
  /** Of the requested names those that the rule allows; undefined where that is all of them. */
  readonly allowed: AllowedNames | undefined;
}

/** The headers of an allowed preflight, in the order of the profile. */
export function preflightAnswer(
  policy: CompiledPolicy,
  rule: CompiledRule,
  facts: AnswerFacts,
): readonly ResponseHeader[] {
  const headers: ResponseHeader[] = [];
  for (const name of policy.profile.answers.preflight) {
    const header = answerHeader(name, policy, rule, facts);
    if (header) headers.push(header);
  }
  if (policy.vary) headers.push(VARY_ORIGIN);
  return headers;
}

/** The headers added to the answer to an actual request that `rule` allows. */
export function actualAnswer(
  policy: CompiledPolicy,
  rule: CompiledRule,
  origin: string,
  request: ActualRequest,
  varies: boolean,
): readonly ResponseHeader[] {
  const { profile } = policy;
  const facts = { origin, methods: [], requestHeaders: '', long: undefined, allowed: undefined };
  const headers: ResponseHeader[] = [];
  for (const name of profile.answers.actual) {
    const header =
      name === 'Access-Control-Expose-Headers'
        ? exposeHeaders(policy, rule, request.responseHeaderNames ?? [])
        : answerHeader(name, policy, rule, facts);
    if (header) headers.push(header);
  }
  const needless = profile.actual.vary === 'origin-not-any' && answersAny(policy, rule) && !policy.vary;
  if (varies && !needless) headers.push(VARY_ORIGIN);
  return headers;
}

/** Whether the answer by the rule is for every origin: `*`, without credentials. */
export function answersAny(policy: CompiledPolicy, rule: CompiledRule): boolean {
  return rule.answers.anyOrigin && policy.profile.answers.allowOrigin === 'any-or-echo';
}

function answerHeader(
  name: AnswerHeader,
  policy: CompiledPolicy,
  rule: CompiledRule,
  facts: AnswerFacts,
): ResponseHeader | undefined {
  switch (name) {
    case 'Access-Control-Allow-Origin':
      return answersAny(policy, rule) ? ALLOW_ANY_ORIGIN : [name, facts.origin];
    case 'Access-Control-Allow-Credentials':
      return answersAny(policy, rule) ? undefined : ALLOW_CREDENTIALS;
    case 'Access-Control-Allow-Methods':
      return rule.answers.allowMethods ?? requestedMethods(policy, rule, facts.methods);
    case 'Access-Control-Allow-Headers':
      return rule.answers.allowHeaders ?? requestedHeaders(policy, rule, facts);
    case 'Access-Control-Expose-Headers':
      return rule.answers.exposeHeaders;
    case 'Access-Control-Max-Age':
      return rule.answers.maxAge;
    default:
      return name satisfies never;
  }
}

function requestedMethods(
  policy: CompiledPolicy,
  rule: CompiledRule,
  methods: readonly string[],
): ResponseHeader {
  const { allowedMethods } = rule.source;
  const [first] = methods;
  // It is allowed, for the rule was chosen by it.
  if (first !== undefined && methods.length === 1) return ['Access-Control-Allow-Methods', first];
  const any = policy.profile.methods.any && allowedMethods.includes('*');
  const allowed = new Set(methods.filter(method => any || allowedMethods.includes(method)));
  return ['Access-Control-Allow-Methods', [...allowed].join(policy.profile.answers.allowMethods.separator)];
}

function requestedHeaders(
  policy: CompiledPolicy,
  rule: CompiledRule,
  facts: AnswerFacts,
): ResponseHeader | undefined {
  const convention = policy.profile.answers.allowHeaders;
  if (convention.kind === 'rule') return ruleHeaders(rule, facts);
  const { requestHeaders, allowed } = facts;
  const names = allowed?.names ?? listElements(requestHeaders);
  if (names.length === 0) return undefined;
  const mustBeSorted = convention.kind === 'requested' && convention.form === 'lower-case-sorted';
  const isSuch = !mustBeSorted || (allowed?.isLowerCase === true && isSorted(names));
  const value = isSuch ? joined(names, requestHeaders) : names.map(lowerCase).sort().join(',');
  return ['Access-Control-Allow-Headers', value];
}

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') > (names[i] ?? '')) return false;
  return true;
}

/** The names with commas between them: nearly always that is the list in which they were sent. */
function joined(names: readonly string[], list: string): string {
  let length = names.length - 1;
  for (const name of names) length += name.length;
  return length === list.length ? list : names.join(',');
}

/** The list of a rule of which a name is a pattern: a pattern is of no use to a browser, the names it matches are. */
function ruleHeaders(rule: CompiledRule, facts: AnswerFacts): ResponseHeader | undefined {
  const { requestHeaders } = facts;
  if (rule.answers.anyHeader) {
    return hasElement(requestHeaders) ? ['Access-Control-Allow-Headers', requestHeaders] : undefined;
  }
  const names = new Set(rule.answers.exactHeaders);
  if (facts.long?.isWhole) {
    const requested = joinNames(facts.long, rule.answers.exactHeaders);
    // Not put into the set: to hash so long a text costs as much as to read it.
    const lists = requested === '' ? [...names] : [...names, requested];
    return lists.length === 0 ? undefined : ['Access-Control-Allow-Headers', lists.join(',')];
  }
  if (facts.allowed) for (const name of facts.allowed.names) names.add(name.toLowerCase());
  else {
    visitDistinctElements(requestHeaders, (from, to, form) => {
      const name = requestHeaders.slice(from, to);
      names.add(form === 'lower-case' ? name : name.toLowerCase());
      return to;
    });
  }
  return names.size === 0 ? undefined : ['Access-Control-Allow-Headers', [...names].join(',')];
}

function exposeHeaders(
  policy: CompiledPolicy,
  rule: CompiledRule,
  responseHeaderNames: readonly string[],
): ResponseHeader | undefined {
  const convention = policy.profile.answers.exposeHeaders;
  if (convention.kind === 'rule') return rule.answers.exposeHeaders;
  const always = new Set(convention.always.map(lowerCase));
  const present = responseHeaderNames.filter(name => !always.has(name.toLowerCase()));
  const names = new Map<string, string>();
  for (const name of [...present, ...convention.always]) {
    const key = name.toLowerCase();
    if (!names.has(key) && rule.answers.exposePatterns.some(pattern => matchesHeader(pattern, key))) {
      names.set(key, name);
    }
  }
  for (const name of rule.source.exposeHeaders) {
    const key = name.toLowerCase();
    if (!name.includes('*') && !names.has(key)) names.set(key, name);
  }
  return names.size === 0 ? undefined : ['Access-Control-Expose-Headers', [...names.values()].join(',')];
}
