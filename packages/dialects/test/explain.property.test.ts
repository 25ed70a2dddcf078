import {
  type ActualRequest,
  applyEdits,
  type Criterion,
  compile,
  decideActual,
  decidePreflight,
  type ExplainedRule,
  explainActual,
  explainPreflight,
  type NearestChange,
  type Policy,
  type PolicyEdit,
  type PreflightDecision,
  type PreflightRequest,
  type RuleOutcome,
  sentOrigin,
  validate,
} from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actualFor, policyOf, preflightFor } from './arbitraries.ts';
import { elements } from './oracle.ts';
import { type Service, services } from './services.ts';

const RUNS = 40;

function preflights({ alphabet }: Service): fc.Arbitrary<readonly [Policy, PreflightRequest]> {
  return policyOf(alphabet).chain(policy => fc.tuple(fc.constant(policy), preflightFor(policy, alphabet)));
}

function actuals({ alphabet }: Service): fc.Arbitrary<readonly [Policy, ActualRequest]> {
  return policyOf(alphabet).chain(policy => fc.tuple(fc.constant(policy), actualFor(policy, alphabet)));
}

/** Two requests, often for the same method or with the same headers, so that one rule is about both. */
function pairs({ alphabet }: Service): fc.Arbitrary<readonly [Policy, PreflightRequest, PreflightRequest]> {
  return policyOf(alphabet).chain(policy =>
    fc
      .tuple(preflightFor(policy, alphabet), preflightFor(policy, alphabet), fc.boolean(), fc.boolean())
      .map(([request, other, sameMethod, sameHeaders]) => [
        policy,
        request,
        {
          origin: other.origin,
          requestMethod: sameMethod ? request.requestMethod : other.requestMethod,
          requestHeaders: sameHeaders ? request.requestHeaders : other.requestHeaders,
        },
      ]),
  );
}

function matchedIndex({ match }: Criterion): number {
  return match.kind === 'entry' || match.kind === 'any' ? match.index : -1;
}

/** The indexes of the entries that match, criterion by criterion, and what became of the rule. */
function inShort({ index, source, outcome, origin, methods, headers }: ExplainedRule) {
  const [first] = [origin].map(matchedIndex);
  return {
    index,
    source,
    outcome,
    origin: first,
    methods: methods.map(matchedIndex),
    headers: headers.map(matchedIndex),
  };
}

/** What `inShort` has to be, from one look at each entry. */
function naive(
  { oracle, profile }: Service,
  { rules }: Policy,
  origin: string,
  methods: readonly string[],
  headers: readonly string[],
  decided: { readonly kind: string; readonly rule?: number },
) {
  const compares = profile.headers.unlisted !== 'ignore';
  return rules.map((source, index) => {
    const found = {
      origin: source.allowedOrigins.findIndex(entry => oracle.entry.origin(entry, origin)),
      methods: methods.map(method =>
        source.allowedMethods.findIndex(entry => oracle.entry.method(entry, method)),
      ),
      headers: headers.map(name =>
        compares ? source.allowedHeaders.findIndex(entry => oracle.entry.header(entry, name)) : -1,
      ),
    };
    let outcome: RuleOutcome = 'headers-not-allowed';
    if (decided.rule === index) outcome = decided.kind === 'allowed' ? 'chosen' : 'chosen-refuses-headers';
    else if (decided.rule !== undefined && index > decided.rule) outcome = 'not-reached';
    else if (found.origin === -1) outcome = 'origin-not-allowed';
    else if (found.methods.every(at => at === -1)) outcome = 'method-not-allowed';
    return { index, source, outcome, ...found };
  });
}

function isSingle(origin: string): boolean {
  return /^[!-~]+$/.test(origin) && !origin.includes(',');
}

describe.each(services)('explainPreflight for $name', service => {
  const { profile, oracle } = service;

  it('tells the decision, and of each rule what a look at its entries tells', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, request]) => {
        const compiled = compile(policy, profile);
        const explanation = explainPreflight(compiled, request);
        expect(explanation.decision).toStrictEqual(decidePreflight(compiled, request));

        const { origin = '', requestMethod = '' } = request;
        if (origin === '' || requestMethod === '' || !isSingle(origin)) {
          expect(explanation.rules).toEqual([]);
          return;
        }
        const methods = profile.methods.requested === 'list' ? elements(requestMethod) : [requestMethod];
        const headers = elements(request.requestHeaders).filter((name, at, all) => all.indexOf(name) === at);
        const decided = oracle.preflight(policy, request);
        expect(explanation.rules.map(inShort)).toEqual(
          naive(service, policy, origin, methods, headers, decided),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('finds entries that match and entries that nearly do, never the same', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, request]) => {
        for (const { source, origin } of explainPreflight(compile(policy, profile), request).rules) {
          if (origin.match.kind !== 'none') continue;
          for (const { index, text } of origin.match.nearMisses) {
            expect(source.allowedOrigins[index]).toBe(text);
            expect(oracle.entry.origin(text, origin.value)).toBe(false);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(services)('explainActual for $name', service => {
  const { profile, oracle } = service;

  it('tells the decision, and of each rule what a look at its entries tells', () => {
    fc.assert(
      fc.property(actuals(service), ([policy, request]) => {
        const compiled = compile(policy, profile);
        const { decision, rules } = explainActual(compiled, request);
        expect(decision).toStrictEqual(decideActual(compiled, request));
        const { origin, method } = request;
        if (!origin || !isSingle(origin)) return;
        expect(rules.map(inShort)).toEqual(
          naive(service, policy, origin, [method], [], oracle.actual(policy, request)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('offers edits that let the request in, each of them needed', () => {
    fc.assert(
      fc.property(actuals(service), ([policy, request]) => {
        const { nearest } = explainActual(compile(policy, profile), request);
        if (nearest?.kind !== 'edits') return;
        const kindAfter = (edits: readonly PolicyEdit[]) =>
          oracle.actual(applyEdits(policy, edits), asSent(request)).kind;
        expect(kindAfter(nearest.edits)).toBe('allowed');
        expect(partsOf(nearest.edits).map(kindAfter)).not.toContain('allowed');
      }),
      { numRuns: RUNS },
    );
  });
});

/** The request with its origin as browsers send it, for which there is advice. */
function asSent<Request extends PreflightRequest | ActualRequest>(request: Request): Request {
  const { origin = '' } = request;
  return isSingle(origin) ? { ...request, origin: sentOrigin(origin) ?? origin } : request;
}

function partsOf(edits: readonly PolicyEdit[]): readonly (readonly PolicyEdit[])[] {
  return edits.map(each => edits.filter(edit => edit !== each));
}

/** Whether the service finds more wrong with a policy than with the one before, and so does not take it. */
function isWorse({ profile }: Service, before: Policy, after: Policy): boolean {
  const codes = validate(before, profile).map(({ code }) => code);
  return validate(after, profile).some(({ code }) => {
    const at = codes.indexOf(code);
    if (at !== -1) codes.splice(at, 1);
    return at === -1;
  });
}

type Edits = Extract<NearestChange, { kind: 'edits' }>;

function offered(service: Service, policy: Policy, request: PreflightRequest): Edits | undefined {
  const { nearest } = explainPreflight(compile(policy, service.profile), request);
  return nearest?.kind === 'edits' ? nearest : undefined;
}

/** The rule of the old policy that decided, by its place in the changed one. */
function moved(decision: PreflightDecision, { edits: [first] }: Edits): number | undefined {
  if (decision.kind !== 'allowed') return undefined;
  const shifts = first?.kind === 'add-rule' && first.path[1] <= decision.rule;
  return shifts ? decision.rule + 1 : decision.rule;
}

describe.each(services)('the nearest change for $name', service => {
  const { profile, oracle } = service;

  it('lets the request in, is taken by the service, and has no edit too many', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, described]) => {
        const change = offered(service, policy, described);
        if (!change) return;
        const request = asSent(described);
        const after = applyEdits(policy, change.edits);
        const kindAfter = (edits: readonly PolicyEdit[]) =>
          oracle.preflight(applyEdits(policy, edits), request).kind;
        expect(oracle.preflight(after, request).kind).toBe('allowed');
        expect(decidePreflight(compile(after, profile), request).kind).toBe('allowed');
        expect(isWorse(service, policy, after)).toBe(false);
        expect(partsOf(change.edits).map(kindAfter)).not.toContain('allowed');
      }),
      { numRuns: RUNS },
    );
  });

  it('lets no origin in but that of the request, and those of the rule that it changes', () => {
    fc.assert(
      fc.property(pairs(service), ([policy, described, other]) => {
        const request = asSent(described);
        const change = offered(service, policy, described);
        if (!change || oracle.preflight(policy, other).kind !== 'refused') return;
        if (oracle.preflight(applyEdits(policy, change.edits), other).kind !== 'allowed') return;
        const [edit] = change.edits;
        const changed = edit && edit.kind !== 'add-rule' ? policy.rules[edit.path[1]] : undefined;
        const expected = [request.origin ?? '', ...(changed?.allowedOrigins ?? [])];
        expect(expected.some(entry => oracle.entry.origin(entry, other.origin ?? ''))).toBe(true);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('leaves whoever was let in to the rule that let it in, or says that it may not', () => {
    fc.assert(
      fc.property(pairs(service), ([policy, described, other]) => {
        const request = asSent(described);
        const change = offered(service, policy, described);
        const before = oracle.preflight(policy, other);
        if (elements(other.requestMethod).length > 1) return;
        if (!change || change.takesOver || before.kind !== 'allowed') return;
        const after = oracle.preflight(applyEdits(policy, change.edits), other);
        const [edit] = change.edits;
        const isOfNewRule =
          edit?.kind === 'add-rule' && after.kind === 'allowed' && after.rule === edit.path[1];
        if (isOfNewRule) expect(oracle.entry.origin(request.origin ?? '', other.origin ?? '')).toBe(true);
        else expect(moved(before, change)).toBe(after.kind === 'allowed' ? after.rule : 'refused');
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('is said to be impossible only when neither a new rule nor more entries of one let the request in', () => {
    fc.assert(
      fc.property(preflights(service), ([policy, described]) => {
        const { nearest } = explainPreflight(compile(policy, profile), described);
        if (nearest?.kind !== 'impossible') return;
        expect(nearest.obstacles).not.toEqual([]);
        const request = asSent(described);
        const isLetIn = oracle.preflight(policy, request).kind === 'allowed';
        expect(nearest.obstacles.some(({ kind }) => kind === 'origin-spelling')).toBe(isLetIn);
        if (isLetIn) return;
        const { origin = '', requestMethod = '', requestHeaders } = request;
        const methods = profile.methods.requested === 'list' ? elements(requestMethod) : [requestMethod];
        const names = profile.headers.unlisted === 'ignore' ? [] : elements(requestHeaders);
        const maxAgeSeconds = profile.fields.includes('maxAgeSeconds') ? { maxAgeSeconds: 0 } : {};
        const tries = methods.flatMap(method => {
          const rule = { allowedOrigins: [origin], allowedMethods: [method], allowedHeaders: names };
          return Array.from(
            { length: policy.rules.length + 1 },
            (_, index): readonly (readonly PolicyEdit[])[] => [
              [
                {
                  kind: 'add-rule',
                  path: ['rules', index],
                  value: { ...rule, exposeHeaders: [], ...maxAgeSeconds },
                },
              ],
              ...everyPart([
                { kind: 'add-origin', path: ['rules', index, 'allowedOrigins'], value: origin },
                { kind: 'add-method', path: ['rules', index, 'allowedMethods'], value: method },
                ...names.map(
                  value => ({ kind: 'add-header', path: ['rules', index, 'allowedHeaders'], value }) as const,
                ),
              ]),
            ],
          ).flat();
        });
        for (const edits of tries) {
          const adds = edits.some(({ kind }) => kind !== 'add-rule');
          const values = JSON.stringify(edits.map(({ value }) => value));
          if (values.includes('*') || (adds && edits.some(({ path }) => path[1] === policy.rules.length)))
            continue;
          const after = applyEdits(policy, edits);
          if (isWorse(service, policy, after)) continue;
          expect(oracle.preflight(after, request).kind).not.toBe('allowed');
        }
      }),
      { numRuns: RUNS },
    );
  });
});

function everyPart(edits: readonly PolicyEdit[]): readonly (readonly PolicyEdit[])[] {
  const parts: PolicyEdit[][] = [[]];
  for (const edit of edits) parts.push(...parts.map(part => [...part, edit]));
  return parts;
}
