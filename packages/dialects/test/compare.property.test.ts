import { type Comparison, type CompiledPolicy, compare, compile, type Policy } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Service, services } from './services.ts';
import { ask, differing, requestsFor, smallPolicies } from './small-world.ts';

interface Tried {
  readonly gained: boolean;
  readonly lost: boolean;
  /** `preflight` or `actual`, and the header. */
  readonly answers: ReadonlySet<string>;
}

function tryAll(old: CompiledPolicy, now: CompiledPolicy): Tried {
  let gained = false;
  let lost = false;
  const answers = new Set<string>();
  for (const request of requestsFor([old, now])) {
    const a = ask(old, request);
    const b = ask(now, request);
    gained ||= b.admitted && !a.admitted;
    lost ||= a.admitted && !b.admitted;
    if (!a.admitted || !b.admitted) continue;
    for (const name of differing(a.preflight, b.preflight)) answers.add(`preflight ${name}`);
    for (const name of differing(a.actual, b.actual)) answers.add(`actual ${name}`);
  }
  return { gained, lost, answers };
}

/** Two policies, of which the second is often made of the first, so that they have much in common. */
function pairs(before: Service, after: Service): fc.Arbitrary<readonly [Policy, Policy]> {
  const two = fc.tuple(smallPolicies(before), smallPolicies(after));
  if (before !== after) return two;
  const edited = fc
    .tuple(smallPolicies(before), fc.nat({ max: 3 }), fc.constantFrom('drop', 'repeat', 'last'))
    .map(([policy, index, edit]): readonly [Policy, Policy] => {
      const rule = policy.rules[index % Math.max(1, policy.rules.length)];
      const one = rule ? [rule] : [];
      const others = policy.rules.filter(each => each !== rule);
      const edits = { drop: others, repeat: [...policy.rules, ...one], last: [...others, ...one] };
      return [policy, { ...policy, rules: edits[edit] }];
    });
  return fc.oneof(two, edited);
}

function compared(old: CompiledPolicy, now: CompiledPolicy): Comparison {
  const result = compare(old, now);
  if (result.kind !== 'compared') throw new Error('the budget did not suffice');
  return result;
}

function verdict(gained: boolean, lost: boolean): Comparison['access'] {
  if (gained) return lost ? 'incomparable' : 'wider';
  return lost ? 'narrower' : 'equivalent';
}

const all = services.flatMap(before =>
  services.map(after => ({ before, after, names: `${before.name} and ${after.name}` })),
);

describe.each(all)('compare for $names', ({ before, after }) => {
  it('finds every difference that trying finds, and proves those that it finds', () => {
    fc.assert(
      fc.property(pairs(before, after), ([oldPolicy, newPolicy]) => {
        const old = compile(oldPolicy, before.profile);
        const now = compile(newPolicy, after.profile);
        const result = compared(old, now);
        const tried = tryAll(old, now);
        if (tried.gained) expect(result.gained).not.toBeNull();
        if (tried.lost) expect(result.lost).not.toBeNull();
        expect(result.access).toBe(verdict(result.gained !== null, result.lost !== null));
        for (const witness of [result.gained, result.lost]) {
          if (!witness) continue;
          const sides = [ask(old, witness).admitted, ask(now, witness).admitted];
          expect(sides).toEqual(witness === result.gained ? [false, true] : [true, false]);
        }
        const told = result.answers.map(({ request, header }) => `${request} ${header}`);
        expect([...tried.answers].filter(each => !told.includes(each))).toEqual([]);
        for (const { request, header, witness } of result.answers) {
          const a = ask(old, witness);
          const b = ask(now, witness);
          expect([a.admitted, b.admitted]).toEqual([true, true]);
          if (header === 'Access-Control-Expose-Headers') continue;
          expect(differing(a[request], b[request])).toContain(header);
        }
      }),
      { numRuns: 1 },
    );
  });
});
