import {
  compile,
  type Diagnostic,
  decideActual,
  decidePreflight,
  lint,
  type Policy,
  type PreflightRequest,
  type Profile,
  type Rule,
  type WitnessRequest,
} from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf, preflightFor } from './arbitraries.ts';
import { elements } from './oracle.ts';
import { services } from './services.ts';

/** Whether a browser can write it: as the URL standard has it in Node, and for schemes of applications as most do. */
function isSent(origin = ''): boolean {
  if (origin === 'null' || /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d+)?$/.test(origin))
    return true;
  try {
    return new URL(origin).origin === origin;
  } catch {
    return false;
  }
}

function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
}

function preflight(policy: Policy, profile: Profile, { origin, method, headers }: WitnessRequest) {
  return decidePreflight(compile(policy, profile), {
    origin,
    requestMethod: method,
    requestHeaders: headers.join(','),
  });
}

/** What a page notices of the answers to a request: whether it gets through, and what it may read for how long. */
function noticed(policy: Policy, profile: Profile, request: PreflightRequest): unknown {
  const { origin, requestMethod = '' } = request;
  const compiled = compile(policy, profile);
  const decision = decidePreflight(compiled, request);
  const responseHeaderNames = ['ETag', 'X-A', 'Content-Length', 'Date', 'Transfer-Encoding'];
  const actual = decideActual(compiled, { origin, method: requestMethod, responseHeaderNames });
  const readable = new Set(['*', ...responseHeaderNames.map(name => name.toLowerCase())]);
  const of = (headers: readonly (readonly [string, string])[], name: string) =>
    headers.find(([each]) => each === name)?.[1];
  const headers = decision.kind === 'not-a-preflight' ? [] : decision.headers;
  const requested = elements(request.requestHeaders).map(name => name.toLowerCase());
  const allowed = elements(of(headers, 'Access-Control-Allow-Headers')).map(name => name.toLowerCase());
  return {
    kind: decision.kind,
    refused: requested.filter(name => decision.kind === 'allowed' && !allowed.includes(name)),
    preflight: ['Allow-Credentials', 'Max-Age'].map(name => of(headers, `Access-Control-${name}`)),
    exposed: elements(of(actual.headers, 'Access-Control-Expose-Headers'))
      .map(name => name.toLowerCase())
      .filter((name, place, names) => readable.has(name) && names.indexOf(name) === place)
      .sort(),
    mayUseCookies: of(actual.headers, 'Access-Control-Allow-Credentials') !== undefined,
    mayRead: of(actual.headers, 'Access-Control-Allow-Origin') !== undefined,
  };
}

function withRule(policy: Policy, index: number, rules: readonly Rule[]): Policy {
  return { ...policy, rules: [...policy.rules.slice(0, index), ...rules, ...policy.rules.slice(index + 1)] };
}

/** The policy without what a finding is about, an entry or a rule. */
function without(policy: Policy, { path }: Diagnostic): Policy {
  const [, index, list, entry] = path;
  const rule = policy.rules[Number(index)];
  if (!rule) throw new TypeError('the finding is about no rule');
  if (list === undefined) return withRule(policy, Number(index), []);
  const entries = rule[list as 'allowedOrigins'].filter((_, place) => place !== entry);
  return withRule(policy, Number(index), [{ ...rule, [list]: entries }]);
}

/** Policies made to overlap in every way cost lint a tenth of a second; with a hundred, these take minutes. */
const RUNS = 3;

const NEEDLESS = /^(rule-shadowed|origin-never-sent|(rule|origin|method|header|expose)-redundant)$/;

describe.each(services)('lint for $name', ({ profile, alphabet }) => {
  /** Often with a rule behind it that another one can be left out for, or that can be left out itself. */
  const policies = fc
    .tuple(policyOf(alphabet), fc.nat(), fc.option(alphabet.origin))
    .map(([policy, place, origin]): Policy => {
      const rule = policy.rules[place % Math.max(1, policy.rules.length)];
      if (!rule || place % 3 === 0) return policy;
      const allowedOrigins = [...rule.allowedOrigins, ...(origin === null ? [] : [origin])];
      return { ...policy, rules: [...policy.rules, { ...rule, allowedOrigins }] };
    });
  const asked = policies.chain(policy =>
    fc.tuple(
      fc.constant(policy),
      fc.array(
        preflightFor(policy, alphabet).filter(
          ({ origin, requestHeaders }) => isSent(origin) && elements(requestHeaders).every(isToken),
        ),
        { minLength: 1, maxLength: 8 },
      ),
    ),
  );

  it('shows what it finds by requests that browsers send', () => {
    fc.assert(
      fc.property(policies, policy => {
        for (const { code, witness, path, parameters } of lint(policy, profile)) {
          if (!witness) continue;
          const { admitted } = parameters;
          expect(isSent(witness.origin)).toBe(true);
          expect(admitted ?? witness.origin).toBe(witness.origin);
          const decision = preflight(policy, profile, witness);
          const rule = decision.kind === 'not-a-preflight' ? undefined : decision.rule;
          if (code === 'rule-shadowed' || code === 'rule-partly-shadowed') {
            expect(rule).toBeLessThan(Number(path[1]));
          } else if (code === 'content-type-not-allowed') {
            const { refused, kind } = noticed(policy, profile, {
              origin: witness.origin,
              requestMethod: witness.method,
              requestHeaders: witness.headers.join(','),
            }) as { refused: string[]; kind: string };
            expect(kind === 'refused' || refused.length > 0).toBe(true);
          } else {
            expect(decision.kind).toBe('allowed');
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('finds dead, shadowed and redundant what makes no difference when it is not there', () => {
    fc.assert(
      fc.property(asked, ([policy, requests]) => {
        for (const finding of lint(policy, profile)) {
          if (!NEEDLESS.test(finding.code)) continue;
          const smaller = without(policy, finding);
          for (const request of requests) {
            expect(noticed(smaller, profile, request)).toEqual(noticed(policy, profile, request));
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
});
