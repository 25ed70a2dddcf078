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
  // The store returns the same object while a policy is unchanged.
  const compiled = new WeakMap<StoredPolicy, CompiledPolicy>();
  return {
    none,
    get: key => {
      const stored = store.get(key);
      if (!stored) return undefined;
      let policy = compiled.get(stored);
      if (!policy) {
        policy = compileStored(stored, profile, none, log);
        compiled.set(stored, policy);
      }
      return policy;
    },
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
