import type {
  ActualDecision,
  ActualRequest,
  Policy,
  PreflightDecision,
  PreflightRequest,
  RefusalReason,
  ResponseHeader,
  Rule,
} from '@crossgate/core';

/**
 * What the documents say each service does, as plain loops over the rules: slow, and written without a look at how
 * the engine does it. The engine is compared with it on random policies and requests.
 */
export interface Oracle {
  /** Whether one entry of a rule stands for what a request asks for. */
  readonly entry: {
    origin(entry: string, origin: string): boolean;
    method(entry: string, method: string): boolean;
    header(entry: string, name: string): boolean;
  };
  preflight(policy: Policy, request: PreflightRequest): PreflightDecision;
  actual(policy: Policy, request: ActualRequest): ActualDecision;
}

type Headers = readonly ResponseHeader[];
type OriginTest = (entry: string, origin: string) => boolean;

const ORIGIN = 'Access-Control-Allow-Origin';
const CREDENTIALS: ResponseHeader = ['Access-Control-Allow-Credentials', 'true'];
const VARY: ResponseHeader = ['Vary', 'Origin'];

/** The elements of a comma list: blanks around them and empty ones do not count. */
export function elements(list: string | undefined): string[] {
  const trimmed = (list ?? '')
    .split(',')
    .map(element => element.replace(/^[ \t]+/, '').replace(/[ \t]+$/, ''));
  return trimmed.filter(element => element !== '');
}

/** Whether a text comes of the entry when something that `mayBe` is put in place of its `*`. */
function fillsIn(entry: string, text: string, mayBe: (part: string) => boolean): boolean {
  const star = entry.indexOf('*');
  if (star === -1) return entry === text;
  for (let length = 0; length <= text.length; length++) {
    const part = text.slice(star, star + length);
    if (mayBe(part) && entry.slice(0, star) + part + entry.slice(star + 1) === text) return true;
  }
  return false;
}

const anything = () => true;
const hostPart = (part: string) => /^[A-Za-z0-9._-]+$/.test(part);

function isName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

function headerAllowed(rule: Rule, name: string): boolean {
  return (
    isName(name) &&
    rule.allowedHeaders.some(entry => fillsIn(entry.toLowerCase(), name.toLowerCase(), anything))
  );
}

/** What the services agree on about entries. */
function entriesBy(allows: OriginTest, anyMethod: boolean): Oracle['entry'] {
  return {
    origin: (entry, origin) => isOneOrigin(origin) && allows(entry, origin),
    method: (entry, method) => entry === method || (anyMethod && entry === '*'),
    header: (entry, name) => isName(name) && fillsIn(entry.toLowerCase(), name.toLowerCase(), anything),
  };
}

function isOneOrigin(origin: string): boolean {
  return /^[!-~]+$/.test(origin) && !origin.includes(',');
}

/** Why no rule took the request: how far the best one came. */
function reason(
  policy: Policy,
  origin: string,
  originAllowed: (rule: Rule) => boolean,
  methodAllowed: (rule: Rule) => boolean,
): RefusalReason {
  if (policy.rules.length === 0) return 'no-rules';
  if (!isOneOrigin(origin)) return 'origin-malformed';
  if (!policy.rules.some(originAllowed)) return 'origin-not-allowed';
  if (!policy.rules.some(rule => originAllowed(rule) && methodAllowed(rule))) return 'method-not-allowed';
  return 'headers-not-allowed';
}

function list(name: string, values: readonly (string | number)[], separator = ','): Headers {
  return values.length === 0 ? [] : [[name, values.join(separator)]];
}

function maxAge(rule: Rule): Headers {
  return rule.maxAgeSeconds === undefined ? [] : [['Access-Control-Max-Age', String(rule.maxAgeSeconds)]];
}

function exposed(rule: Rule): Headers {
  return list('Access-Control-Expose-Headers', rule.exposeHeaders);
}

function asked(policy: Policy): Headers {
  return policy.vary === true ? [VARY] : [];
}

/** Actual requests of the services other than Azure: they differ in what a rule adds. */
function actual(
  policy: Policy,
  { origin, method }: ActualRequest,
  allows: OriginTest,
  methodAllowed: (rule: Rule, method: string) => boolean,
  added: (rule: Rule, origin: string) => Headers,
): ActualDecision {
  const methodMatters = policy.rules.some(rule => methodAllowed(rule, method));
  const vary: Headers = methodMatters || policy.vary === true ? [VARY] : [];
  if (!origin) return { kind: 'not-cors', headers: vary };
  const originAllowed = (rule: Rule) =>
    isOneOrigin(origin) && rule.allowedOrigins.some(entry => allows(entry, origin));
  for (const [index, rule] of policy.rules.entries()) {
    if (originAllowed(rule) && methodAllowed(rule, method)) {
      return { kind: 'allowed', rule: index, headers: [...added(rule, origin), ...vary] };
    }
  }
  const why = reason(policy, origin, originAllowed, rule => methodAllowed(rule, method));
  return { kind: 'refused', reason: why, headers: vary };
}

const cosOrigin: OriginTest = (entry, origin) => fillsIn(entry, origin, anything);

function cosAllowHeaders(rule: Rule, requestHeaders: string | undefined): Headers {
  const names = elements(requestHeaders);
  if (rule.allowedHeaders.includes('*')) {
    return names.length === 0 ? [] : [['Access-Control-Allow-Headers', requestHeaders ?? '']];
  }
  const own = rule.allowedHeaders.filter(entry => !entry.includes('*')).map(entry => entry.toLowerCase());
  if (own.length === rule.allowedHeaders.length) return list('Access-Control-Allow-Headers', own);
  const matched = names.map(name => name.toLowerCase());
  return list('Access-Control-Allow-Headers', [...new Set([...own, ...matched])]);
}

export const cosOracle: Oracle = {
  entry: entriesBy(cosOrigin, false),
  preflight(policy, { origin, requestMethod, requestHeaders }) {
    const refusal = {
      kind: 'refused',
      status: 403,
      code: 'AccessForbidden',
      headers: asked(policy),
    } as const;
    if (!origin) return { ...refusal, reason: 'origin-missing' };
    if (!requestMethod) return { ...refusal, reason: 'method-missing' };
    const originAllowed = (rule: Rule) =>
      isOneOrigin(origin) && rule.allowedOrigins.some(entry => cosOrigin(entry, origin));
    const methodAllowed = (rule: Rule) => rule.allowedMethods.includes(requestMethod);
    for (const [index, rule] of policy.rules.entries()) {
      if (!originAllowed(rule) || !methodAllowed(rule)) continue;
      if (!elements(requestHeaders).every(name => headerAllowed(rule, name))) continue;
      const any = rule.allowedOrigins.includes('*');
      return {
        kind: 'allowed',
        rule: index,
        status: 200,
        headers: [
          ...(any ? [] : [CREDENTIALS]),
          ...cosAllowHeaders(rule, requestHeaders),
          ['Access-Control-Allow-Methods', rule.allowedMethods.join(',')],
          [ORIGIN, any ? '*' : origin],
          ...exposed(rule),
          ...maxAge(rule),
          ...asked(policy),
        ],
      };
    }
    return { ...refusal, reason: reason(policy, origin, originAllowed, methodAllowed) };
  },
  actual: (policy, request) =>
    actual(
      policy,
      request,
      cosOrigin,
      (rule, method) => rule.allowedMethods.includes(method),
      (rule, origin) =>
        rule.allowedOrigins.includes('*')
          ? [[ORIGIN, '*'], ...exposed(rule)]
          : [CREDENTIALS, [ORIGIN, origin], ...exposed(rule)],
    ),
};

function qingstorMethod(rule: Rule, method: string): boolean {
  return rule.allowedMethods.includes('*') || rule.allowedMethods.includes(method);
}

/** `filter`: the other reading of the documents, where headers that are not allowed are left out. */
export function qingstorOracle(unlisted: 'refuse' | 'filter'): Oracle {
  return {
    entry: entriesBy(cosOrigin, true),
    preflight(policy, { origin, requestMethod, requestHeaders }) {
      const refusal = { kind: 'refused', status: 200, headers: asked(policy) } as const;
      const incomplete = { ...refusal, status: 400, code: 'invalid_argument' } as const;
      if (!origin) return { ...incomplete, reason: 'origin-missing' };
      if (!requestMethod) return { ...incomplete, reason: 'method-missing' };
      const methods = elements(requestMethod);
      const names = elements(requestHeaders);
      const originAllowed = (rule: Rule) =>
        isOneOrigin(origin) && rule.allowedOrigins.some(entry => cosOrigin(entry, origin));
      const methodAllowed = (rule: Rule) => methods.some(method => qingstorMethod(rule, method));
      const index = policy.rules.findIndex(rule => originAllowed(rule) && methodAllowed(rule));
      const rule = policy.rules[index];
      if (!rule) return { ...refusal, reason: reason(policy, origin, originAllowed, methodAllowed) };
      const allowed = names.filter(name => headerAllowed(rule, name));
      if (unlisted === 'refuse' && allowed.length < names.length) {
        return { ...refusal, rule: index, reason: 'headers-not-allowed' };
      }
      const allowedMethods = new Set(methods.filter(method => qingstorMethod(rule, method)));
      return {
        kind: 'allowed',
        rule: index,
        status: 200,
        headers: [
          [ORIGIN, origin],
          ...maxAge(rule),
          ['Access-Control-Allow-Methods', [...allowedMethods].join(',')],
          ...list('Access-Control-Allow-Headers', allowed),
          ...exposed(rule),
          ...asked(policy),
        ],
      };
    },
    actual: (policy, request) =>
      actual(policy, request, cosOrigin, qingstorMethod, (rule, origin) => [
        [ORIGIN, origin],
        ...exposed(rule),
      ]),
  };
}

/** `*` alone is every origin; `*.` after the scheme is one or more characters of a host. */
const azureOrigin: OriginTest = (entry, origin) => entry === '*' || fillsIn(entry, origin, hostPart);

/** The names of the answer's headers that are exposed, the three that always are at their end, then literal ones. */
function azureExposed(rule: Rule, responseHeaderNames: readonly string[]): Headers {
  const matched = (name: string) =>
    rule.exposeHeaders.some(entry => fillsIn(entry.toLowerCase(), name.toLowerCase(), anything));
  const tail = ['Content-Length', 'Date', 'Transfer-Encoding'];
  const isTail = (name: string) => tail.some(each => each.toLowerCase() === name.toLowerCase());
  const present = responseHeaderNames.filter(name => !isTail(name));
  const literal = rule.exposeHeaders.filter(entry => !entry.includes('*'));
  const names = [...present.filter(matched), ...tail.filter(matched), ...literal];
  const sameAs = (name: string) => (other: string) => other.toLowerCase() === name.toLowerCase();
  return list(
    'Access-Control-Expose-Headers',
    names.filter((name, index) => names.findIndex(sameAs(name)) === index),
  );
}

export const azureTablesOracle: Oracle = {
  entry: entriesBy(azureOrigin, false),
  preflight(policy, { origin, requestMethod, requestHeaders }) {
    const refusal = { kind: 'refused', status: 403, code: 'CorsPreflightFailure', headers: [] } as const;
    const incomplete = { ...refusal, status: 400, code: 'InvalidHeaderValue' } as const;
    if (!origin) return { ...incomplete, reason: 'origin-missing' };
    if (!requestMethod) return { ...incomplete, reason: 'method-missing' };
    const originAllowed = (rule: Rule) =>
      isOneOrigin(origin) && rule.allowedOrigins.some(entry => azureOrigin(entry, origin));
    const methodAllowed = (rule: Rule) => rule.allowedMethods.includes(requestMethod);
    const index = policy.rules.findIndex(rule => originAllowed(rule) && methodAllowed(rule));
    const rule = policy.rules[index];
    if (!rule) return { ...refusal, reason: reason(policy, origin, originAllowed, methodAllowed) };
    const names = elements(requestHeaders);
    if (!names.every(name => headerAllowed(rule, name))) {
      return { ...refusal, rule: index, reason: 'headers-not-allowed' };
    }
    const any = rule.allowedOrigins.includes('*');
    return {
      kind: 'allowed',
      rule: index,
      status: 200,
      headers: [
        [ORIGIN, any ? '*' : origin],
        ['Access-Control-Max-Age', String(rule.maxAgeSeconds ?? 0)],
        ['Access-Control-Allow-Methods', requestMethod],
        ...list('Access-Control-Allow-Headers', names.map(name => name.toLowerCase()).sort()),
        ...(any ? [] : [CREDENTIALS]),
      ],
    };
  },
  actual(policy, { origin, method, responseHeaderNames = [] }) {
    const isRead = method === 'GET' || method === 'HEAD';
    const vary: Headers = isRead && policy.rules.length > 0 ? [VARY] : [];
    const methodAllowed = (rule: Rule) => rule.allowedMethods.includes(method);
    const forAny = (rule: Rule): Headers => [...azureExposed(rule, responseHeaderNames), [ORIGIN, '*']];
    if (!origin) {
      const rule = policy.rules.find(each => methodAllowed(each) && each.allowedOrigins.includes('*'));
      return { kind: 'not-cors', headers: isRead && rule ? forAny(rule) : vary };
    }
    const originAllowed = (rule: Rule) =>
      isOneOrigin(origin) && rule.allowedOrigins.some(entry => azureOrigin(entry, origin));
    const index = policy.rules.findIndex(rule => originAllowed(rule) && methodAllowed(rule));
    const rule = policy.rules[index];
    if (!rule) {
      return { kind: 'refused', reason: reason(policy, origin, originAllowed, methodAllowed), headers: vary };
    }
    if (rule.allowedOrigins.includes('*')) return { kind: 'allowed', rule: index, headers: forAny(rule) };
    const exact: Headers = [...azureExposed(rule, responseHeaderNames), [ORIGIN, origin], CREDENTIALS];
    return { kind: 'allowed', rule: index, headers: [...exact, ...vary] };
  },
};

/** Scheme, host and port must match; neither case nor a default port makes a difference. */
const boomiOrigin: OriginTest = (entry, origin) => {
  const read = (text: string) => {
    const [, scheme = '', host = '', port] = /^([a-z]+):\/\/(.*?)(?::(\d+))?$/.exec(text.toLowerCase()) ?? [];
    return { scheme, host, port: Number(port ?? (scheme === 'https' ? 443 : 80)) };
  };
  if (!/^https?:\/\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?(:\d+)?$/i.test(origin)) return false;
  const wanted = read(entry);
  const given = read(origin);
  return (
    wanted.scheme === given.scheme &&
    wanted.port === given.port &&
    given.port <= 65_535 &&
    fillsIn(wanted.host, given.host, hostPart)
  );
};

export const boomiOracle: Oracle = {
  entry: entriesBy(boomiOrigin, false),
  preflight(policy, { origin, requestMethod }) {
    if (!origin || !requestMethod) return { kind: 'not-a-preflight' };
    const originAllowed = (rule: Rule) =>
      isOneOrigin(origin) && rule.allowedOrigins.some(entry => boomiOrigin(entry, origin));
    const methodAllowed = (rule: Rule) => rule.allowedMethods.includes(requestMethod);
    const index = policy.rules.findIndex(rule => originAllowed(rule) && methodAllowed(rule));
    const rule = policy.rules[index];
    if (!rule) {
      const why = reason(policy, origin, originAllowed, methodAllowed);
      return { kind: 'refused', status: 401, reason: why, headers: [] };
    }
    const inOrder = ['GET', 'POST', 'DELETE'].filter(method => rule.allowedMethods.includes(method));
    const eight =
      'cache-control,content-type,expires,last-modified,accept,content-language,authorization,pragma';
    return {
      kind: 'allowed',
      rule: index,
      status: 200,
      headers: [
        CREDENTIALS,
        ['Access-Control-Allow-Headers', eight],
        [ORIGIN, origin],
        ['Access-Control-Allow-Methods', inOrder.join(', ')],
        ['Access-Control-Max-Age', '3600'],
      ],
    };
  },
  actual: (policy, request) =>
    actual(
      policy,
      request,
      boomiOrigin,
      (rule, method) => rule.allowedMethods.includes(method),
      (_, origin) => [[ORIGIN, origin], CREDENTIALS],
    ),
};
