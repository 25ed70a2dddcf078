import { compile, convertPolicy, validate } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { services } from './services.ts';
import { ask, requestsFor, smallPolicies } from './small-world.ts';

const all = services.flatMap(from => services.map(to => ({ from, to, names: `${from.name} to ${to.name}` })));

/** What browsers send of the origins of the small world. */
const SENT = /^(null|[a-z]+:\/\/[a-z.]+(:8)?)$/;
const NOT_SENT = /^(https:\/\/\.a|https:\/\/b\.\.a)$/;

describe.each(all)('convertPolicy from $names', ({ from, to }) => {
  it('makes a policy that the service takes, and that lets no browser in to more', () => {
    fc.assert(
      fc.property(smallPolicies(from), policy => {
        const result = convertPolicy(policy, from.profile, to.profile);
        if (result.kind !== 'converted') throw new Error('the budget did not suffice');
        const wrong = result.diagnostics.map(({ code }) => code);
        expect(wrong).toEqual(result.policy.rules.length === 0 && to.name === 'cos' ? ['rules-missing'] : []);
        if (from === to && validate(policy, from.profile).length === 0) expect(result.losses).toEqual([]);
        const before = compile(policy, from.profile);
        const after = compile(result.policy, to.profile);
        let lost = false;
        for (const request of requestsFor([before, after])) {
          const [was, is] = [ask(before, request).admitted, ask(after, request).admitted];
          if (SENT.test(request.origin) && !NOT_SENT.test(request.origin) && is) expect(was).toBe(true);
          lost ||= was && !is;
        }
        expect(result.comparison.gained?.browser ?? false).toBe(false);
        if (lost) expect(result.comparison.lost).not.toBeNull();
        if (result.comparison.lost?.browser) expect(result.losses).not.toEqual([]);
        const moved = result.losses.some(({ code }) => code === 'rule-moved');
        if (from === to && !moved)
          expect(result.comparison).toMatchObject({ access: 'equivalent', answers: [] });
      }),
      { numRuns: 1 },
    );
  });
});
