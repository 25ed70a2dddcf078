import type { PolicyPath } from '../diagnostic.ts';

/** Why something of a policy could not be carried over to another service, or not as it was. */
export type LossCode =
  /** The service has no such field. */
  | 'field-not-supported'
  /** The service cannot read the origin, or has no `*` at that place. */
  | 'origin-not-expressible'
  /** The service would read more into the origin, and let in what was not. */
  | 'origin-would-widen'
  /** The service reads less into the origin. */
  | 'origin-narrowed'
  /** The service does not know the method. */
  | 'method-not-supported'
  /** A `*` for every method is now a list of those that the service knows. */
  | 'methods-listed'
  /** The service has no `*` at that place of a header name. */
  | 'header-not-expressible'
  /** The service answers a fixed list of headers; those of the rule that are not on it are not carried over. */
  | 'headers-fixed'
  /** The service's fixed list has headers that the rule does not allow: the rule is left out, or wider when asked for. */
  | 'headers-would-widen'
  /** Where an earlier rule refused a header, a later one would now allow it. */
  | 'headers-restricted'
  /** The list or a text in it is longer than the service takes. */
  | 'limit'
  /** The age of preflight answers is another. */
  | 'max-age-changed'
  /** Nothing is left of the rule. */
  | 'rule-left-out'
  /** A rule has been put before one that allows fewer headers, which would else decide for it. */
  | 'rule-moved'
  /** An earlier rule now decides alone for requests that both are for, and does not allow all that this one allows. */
  | 'rule-covered';

/** One thing that is not as it was. */
export interface Loss {
  /** In the policy that was converted. */
  readonly path: PolicyPath;
  readonly code: LossCode;
  /** What was written there. */
  readonly value?: string | number;
  /** An origin or a header that shows it. */
  readonly example?: string;
}
