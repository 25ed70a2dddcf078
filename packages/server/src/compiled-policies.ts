import { type CompiledPolicy, compile, type Profile } from '@crossgate/core';
import {
  BoundedCache,
  DEFAULT_CACHE_ENTRIES,
  type PolicyStore,
  type StoredPolicy,
  type TenantKey,
} from '@crossgate/policy-store';
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
  // The store returns the same object while a policy is unchanged. No `WeakMap`: where most tenants are asked for once, the
  // collector carries everything in it from one generation to the next, which costs more than to compile it.
  const compiled = new Map<string, BoundedCache<Compiled>>();
  return {
    none,
    get: key => {
      const stored = store.get(key);
      if (!stored) return undefined;
      const { dialect, tenant } = key;
      let ofDialect = compiled.get(dialect);
      if (!ofDialect) {
        ofDialect = new BoundedCache(DEFAULT_CACHE_ENTRIES);
        compiled.set(dialect, ofDialect);
      }
      const known = ofDialect.get(tenant);
      if (known?.stored === stored) return known.policy;
      const policy = compileStored(stored, profile, none, log);
      ofDialect.offer(tenant, { stored, policy });
      return policy;
    },
  };
}

/** A policy and what was made of it. */
interface Compiled {
  readonly stored: StoredPolicy;
  readonly policy: CompiledPolicy;
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
