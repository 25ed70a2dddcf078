import type { Policy, Rule } from '../../src/policy.ts';
import { readPolicy } from '../../src/read-policy.ts';

/** A rule about which there is little to say, with other parts. */
export function ruleWith(parts: Partial<Rule>): Rule {
  return {
    allowedOrigins: ['https://app.example.org'],
    allowedMethods: ['GET'],
    allowedHeaders: [],
    exposeHeaders: [],
    ...parts,
  };
}

/** The example of an entry of the table: a whole policy, or parts of a rule. */
export function readExample(example: string): Policy {
  const isWhole = example.startsWith('{');
  const value: unknown = JSON.parse(isWhole ? example : `{${example}}`);
  const result = readPolicy(isWhole ? value : { rules: [ruleWith(value as Partial<Rule>)] });
  if (result.kind === 'diagnostics') throw new TypeError(`no policy: ${example}`);
  return result.policy;
}
