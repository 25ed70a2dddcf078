import type { Loss, LossCode } from './analysis/loss.ts';
import { shorten } from './diagnostic.ts';

/** `{value}` is what was written, `{example}` an origin that shows it. Lower case, no final period, as of diagnostics. */
const LOSS_TEXTS: Readonly<Record<LossCode, string>> = {
  'field-not-supported': 'the service has no such field: `{value}` is left out',
  'origin-not-expressible': 'the service cannot say `{value}`, which is left out',
  'origin-would-widen':
    'the service would read more into `{value}`, which is left out: it would let in `{example}`',
  'origin-narrowed': 'the service reads less into `{value}`: it no longer lets in `{example}`',
  'method-not-supported': 'the service does not know the method `{value}`, which is left out',
  'methods-listed': 'the service has no `*` for methods: those that it knows are listed',
  'header-not-expressible': 'the service cannot say `{value}`, which is left out',
  'headers-fixed': 'the service answers a fixed list of headers, and not those of the rule',
  'headers-would-widen':
    'the fixed list of headers that the service answers has some that the rule does not allow',
  'headers-restricted':
    'headers that an earlier rule refuses are left out: the service would come to this rule for them',
  limit: 'the service does not take so many: this is left out',
  'max-age-changed': 'answers to preflights are kept for another time than before',
  'rule-left-out': 'nothing is left of the rule',
  'rule-moved': 'the rule now stands before one that allows fewer headers, which would else decide for it',
  'rule-covered':
    'an earlier rule now decides for some of the requests of this one, and allows fewer headers',
};

/** What is not as it was, in one line. */
export function formatLoss({ code, value, example }: Loss): string {
  const values: Readonly<Record<string, string>> = { value: String(value ?? ''), example: example ?? '' };
  return LOSS_TEXTS[code].replace(/\{(\w+)\}/g, (_, name: string) => shorten(values[name] ?? ''));
}
