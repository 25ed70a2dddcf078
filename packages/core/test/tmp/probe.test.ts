import { it } from 'vitest';
import { lint } from '../../src/lint/lint.ts';
import { lintProfile } from '../lint/lint-cases.ts';
import { ruleWith } from '../lint/example-policy.ts';
import { checkRules } from '../../src/lint/check-rules.ts';
import { checkRedundancy } from '../../src/lint/check-redundancy.ts';
import { checkOrigins } from '../../src/lint/check-origins.ts';
import { checkNeeds } from '../../src/lint/check-needs.ts';
import { lintedPolicy } from '../../src/lint/linted-policy.ts';
function tangled(count: number) {
  return Array.from({ length: count }, (_, rule) => ({
    allowedOrigins: Array.from({ length: count }, (__, entry) => `https://${'a'.repeat(rule + 1)}*${'b'.repeat(entry + 1)}`),
    maxAgeSeconds: rule,
  }));
}
function plain(rules: number, each: number, same: boolean) {
  return Array.from({ length: rules }, (_, r) => ({
    allowedOrigins: Array.from({ length: each }, (__, e) => `https://${e % 5 === 0 ? '*.' : ''}h${r}-${e}.example.com`),
    maxAgeSeconds: same ? 5 : r, allowedMethods: ['GET','PUT','POST'],
  }));
}
const time = (name: string, f: () => readonly unknown[]) => { const t = performance.now(); const r = f(); console.log(name, (performance.now() - t).toFixed(0), r.length); };
it('x', () => {
  for (const [name, rules] of [['t5', tangled(5)], ['t10', tangled(10)], ['t15', tangled(15)], ['p100x10', plain(100, 10, false)],['p100x20', plain(100, 20, false)], ['p100x10same', plain(100, 10, true)], ['p2x1000', plain(2, 1000, false)]] as const) {
    const policy = { rules: rules.map(ruleWith) };
    const l = lintedPolicy(policy, lintProfile);
    time(`${name} rules`, () => checkRules(l));
    time(`${name} redund`, () => checkRedundancy(l));
    time(`${name} origins`, () => checkOrigins(l));
    time(`${name} needs`, () => checkNeeds(l));
  }
}, 60000);
