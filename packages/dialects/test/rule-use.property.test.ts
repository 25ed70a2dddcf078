import {
  type CompiledPolicy,
  compare,
  compile,
  decideActual,
  decidePreflight,
  type Policy,
  type RedundantEntry,
  type Rule,
  type RuleUse,
  redundantEntries,
  ruleUses,
} from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { services } from './services.ts';
import { ask, differing, type Request, requestsFor, smallPolicies } from './small-world.ts';

function usesOf(policy: CompiledPolicy): readonly RuleUse[] {
  const result = ruleUses(policy);
  if (result.kind !== 'rules') throw new Error('the budget did not suffice');
  return result.rules;
}

function entriesOf(policy: CompiledPolicy): readonly RedundantEntry[] {
  const result = redundantEntries(policy);
  if (result.kind !== 'entries') throw new Error('the budget did not suffice');
  return result.entries;
}

function decidedBy(policy: CompiledPolicy, { origin, method, headers }: Request): number | undefined {
  const decision = decidePreflight(policy, {
    origin,
    requestMethod: method,
    requestHeaders: headers.join(','),
  });
  return 'rule' in decision ? decision.rule : undefined;
}

function isEquivalent(a: CompiledPolicy, b: CompiledPolicy): boolean {
  const result = compare(a, b);
  return result.kind === 'compared' && result.access === 'equivalent' && result.answers.length === 0;
}

/** What each rule, alone, would make of requests that an earlier one decides. */
function conflictsByTrying(policy: Policy, compiled: CompiledPolicy): readonly (readonly string[])[] {
  const alone = policy.rules.map(rule => compile({ ...policy, rules: [rule] }, compiled.profile));
  const found = policy.rules.map(() => new Set<string>());
  for (const request of requestsFor([compiled])) {
    const { origin, method, headers } = request;
    const preflight = decidedBy(compiled, request);
    const actual = decideActual(compiled, { origin, method });
    const a = ask(compiled, request);
    alone.forEach((rule, index) => {
      const b = ask(rule, request);
      if (!b.admitted || preflight === undefined) return;
      if (preflight < index && !a.admitted) found[index]?.add('preflight access');
      if (preflight < index && a.admitted) {
        for (const name of differing(a.preflight, b.preflight)) found[index]?.add(`preflight ${name}`);
      }
      if (headers.length > 0 || actual.kind !== 'allowed' || actual.rule >= index) return;
      for (const name of differing(a.actual, b.actual)) found[index]?.add(`actual ${name}`);
    });
  }
  return found.map(each => [...each]);
}

describe.each(services)('ruleUses for $name', service => {
  it('tells which rules decide, which are redundant and which conflict, as trying does', () => {
    fc.assert(
      fc.property(smallPolicies(service), policy => {
        const compiled = compile(policy, service.profile);
        const uses = usesOf(compiled);
        const deciding = new Set(requestsFor([compiled]).map(request => decidedBy(compiled, request)));
        const conflicts = conflictsByTrying(policy, compiled);
        uses.forEach(({ decides, shadowedBy, redundant, conflicts: told }, index) => {
          if (deciding.has(index)) expect(decides).not.toBeNull();
          if (decides) expect(decidedBy(compiled, decides)).toBe(index);
          expect(shadowedBy.every(other => other < index)).toBe(true);
          expect(shadowedBy.length > 0).toBe(decides === null && policy.rules.length > 0 && index > 0);
          const rules = policy.rules.filter((_, other) => other !== index);
          expect(isEquivalent(compiled, compile({ ...policy, rules }, service.profile))).toBe(redundant);
          const named = told.map(({ request, differs }) => `${request} ${differs}`);
          expect(conflicts[index]?.filter(each => !named.includes(each))).toEqual([]);
          for (const { by, request, differs, witness } of told) {
            expect(by).toBeLessThan(index);
            const a = ask(compiled, witness);
            const b = ask(
              compile({ ...policy, rules: policy.rules.slice(index, index + 1) }, service.profile),
              witness,
            );
            expect(b.admitted).toBe(true);
            expect(a.admitted).toBe(differs !== 'access');
            if (differs !== 'access' && differs !== 'Access-Control-Expose-Headers') {
              expect(differing(a[request], b[request])).toContain(differs);
            }
            expect(decidedBy(compiled, witness)).toBe(by);
          }
        });
      }),
      { numRuns: 1 },
    );
  });
});

const LISTS = ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders'] as const;

function without(rule: Rule, list: (typeof LISTS)[number], entries: readonly number[]): Rule {
  return { ...rule, [list]: rule[list].filter((_, entry) => !entries.includes(entry)) };
}

describe.each(services)('redundantEntries for $name', service => {
  it('tells entries that can go together, and none of the others can go with them', () => {
    fc.assert(
      fc.property(smallPolicies(service), ({ rules: [rule] }) => {
        if (!rule) return;
        const compiled = compile({ rules: [rule] }, service.profile);
        const redundant = entriesOf(compiled);
        let kept = rule;
        for (const list of LISTS) {
          const entries = redundant.flatMap(({ path }) => (path[2] === list ? [Number(path[3])] : []));
          kept = without(kept, list, entries);
        }
        expect(isEquivalent(compiled, compile({ rules: [kept] }, service.profile))).toBe(true);
        for (const list of LISTS) {
          kept[list].forEach((_, entry) => {
            const less = compile({ rules: [without(kept, list, [entry])] }, service.profile);
            expect(isEquivalent(compiled, less)).toBe(false);
          });
        }
      }),
      { numRuns: 4 },
    );
  });
});
