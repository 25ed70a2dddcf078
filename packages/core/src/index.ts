export type { Policy, Rule } from './policy.ts';
