/**
 * The ordered cross-origin rules of one tenant, and what holds for all of them. This is the neutral form: how a
 * service reads it (which patterns it knows, how rules are chosen) is in its {@link Profile}.
 */
export interface Policy {
  readonly rules: readonly Rule[];
  /** Ask for `Vary: Origin` on every answer, as `ResponseVary` and `resp_vary` do. Unset is not the same as false:
   * a service that was never told does not show the field. */
  readonly vary?: boolean;
}

/**
 * What a tenant sets at its service beside the policy, as JSON, section by section: the logging of an Azure account. Only
 * the service's dialect knows what is in it.
 */
export type Settings = Readonly<Record<string, unknown>>;

/** Who may send what, and what is answered. Strings are kept as written: order, case and duplicates count. */
export interface Rule {
  readonly id?: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}
