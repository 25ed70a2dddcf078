import { type CompiledPolicy, compile, type Profile } from '@crossgate/core';
import type { PolicyStore, StoredPolicy, TenantKey } from '@crossgate/policy-store';
import type { Logger } from 'pino';

/** The compiled policies of one dialect's tenants. Compiled when first needed, and again when the policy changes. */
export interface CompiledPolicies {
  /** Undefined when the tenant has none. */
  readonly get: (key: TenantKey) => CompiledPolicy | undefined;
  /** The policy of a tenant that has none. */
  readonly none: CompiledPolicy;
}

export function openCompiledPolicies(store: PolicyStore, profile: Profile, log: Logger): CompiledPolicies {
  const none = compile({ rules: [] }, profile);
  return {
    none,
    get: key => {
      const stored: Compilable | undefined = store.get(key);
      if (!stored) return undefined;
      const known = stored[COMPILED];
      if (known?.stored === stored && known.policy.profile === profile) return known.policy;
      const policy = compileStored(stored, profile, none, log);
      stored[COMPILED] = { stored, policy };
      return policy;
    },
  };
}

const COMPILED = Symbol('compiled');

/**
 * The store returns the same object while a policy is unchanged, and keeps it as long as that pays: what was made of it
 * stays with it. In a `WeakMap` the collector would carry everything from one generation to the next where most tenants are
 * asked for once, which costs more than to compile it.
 */
interface Compilable extends StoredPolicy {
  [COMPILED]?: {
    /** Not a copy of it with other rules. */
    readonly stored: StoredPolicy;
    readonly policy: CompiledPolicy;
  };
}

/** A policy that another version stored may be none by the rules of this one: it then allows nothing. */
function compileStored(
  stored: StoredPolicy,
  profile: Profile,
  none: CompiledPolicy,
  log: Logger,
): CompiledPolicy {
  try {
    return compile(stored.policy, profile);
  } catch (error) {
    log.error({ key: stored.key, revision: stored.revision, err: error }, 'a stored policy cannot be read');
    return none;
  }
}
