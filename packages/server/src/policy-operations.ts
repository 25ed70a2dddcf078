import type {
  Authorization,
  Dialect,
  Exchange,
  PolicyApi,
  Reply,
  RequestBody,
  ServiceError,
} from '@crossgate/dialects';
import type { PolicyStore, TenantKey } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import type { Authorizer } from './authorizer.ts';
import type { Backend } from './backend/backend.ts';

export interface PolicyOperationsParts {
  readonly dialect: Dialect;
  readonly policies: PolicyStore;
  readonly backend: Backend;
  readonly authorizer: Authorizer;
  readonly log: Logger;
}

/**
 * Answers a request that gets, sets or deletes the policy of a tenant. `key` is undefined when no tenant can have the
 * name that is in the request.
 */
export type PolicyOperations = (
  exchange: Exchange,
  key: TenantKey | undefined,
  action: 'get' | 'put' | 'delete',
  body: RequestBody,
) => Promise<Reply>;

/** What the owner of a tenant can do with its policy in the service's own words. */
export function openPolicyOperations(parts: PolicyOperationsParts, policyApi: PolicyApi): PolicyOperations {
  const { dialect, policies, backend, authorizer, log } = parts;
  const { replies } = dialect;

  function ownerProblem(exchange: Exchange, authorization: Authorization): ServiceError | undefined {
    switch (authorization.kind) {
      case 'signed':
        return undefined;
      case 'refused':
        return authorization.error;
      case 'anonymous':
        return replies.fault('credentials-missing', exchange);
      default:
        return authorization satisfies never;
    }
  }

  /** A store that cannot take a write now may take it later: what was there is in force. */
  async function written(
    exchange: Exchange,
    write: Promise<unknown>,
    reply: (exchange: Exchange) => Reply,
  ): Promise<Reply> {
    try {
      await write;
    } catch (error) {
      log.error({ requestId: exchange.requestId, err: error }, 'a policy could not be written');
      return replies.error(exchange, replies.fault('unavailable', exchange));
    }
    return reply(exchange);
  }

  async function put(exchange: Exchange, key: TenantKey, body: RequestBody): Promise<Reply> {
    const bytes = await body.read(policyApi.document.limitBytes);
    if (bytes === 'too-large') {
      return replies.error(exchange, replies.fault('policy-too-large', exchange));
    }
    const read = policyApi.read(exchange, bytes);
    if (read.kind === 'refused') return replies.error(exchange, read.error);
    const { policy, settings } = read;
    const update = { ...(policy && { policy }), ...(settings && { settings }) };
    return await written(exchange, policies.update(key, update), policyApi.replies.stored);
  }

  return async (exchange, key, action, body) => {
    const refusal = ownerProblem(exchange, authorizer.authorize(exchange));
    if (refusal) return replies.error(exchange, refusal);
    const isKnown = key && (policies.get(key) || backend.tenantExists(key.tenant) !== 'no');
    if (!isKnown) return replies.unknownTenant(exchange);
    switch (action) {
      case 'get':
        return policyApi.replies.read(exchange, policies.get(key));
      case 'put':
        return await put(exchange, key, body);
      case 'delete':
        return await written(exchange, policies.delete(key), policyApi.replies.deleted);
      default:
        return action satisfies never;
    }
  };
}
