import type { Authorization, Dialect, Exchange, PolicyApi, Reply, RequestBody } from '@crossgate/dialects';
import type { PolicyStore, TenantKey, WriteResult } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import { openAudit, outcomeOf, type Revisions, revisionsOf } from './audit.ts';
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

type Owner = Exclude<Authorization, { readonly kind: 'anonymous' }>;

/** A change that somebody has signed. */
interface Change {
  readonly exchange: Exchange;
  readonly key: TenantKey;
  readonly credentialId: string;
}

/** What is answered, and which revisions it is about. */
interface Answer {
  readonly reply: Reply;
  readonly revisions?: Revisions;
}

/** What the owner of a tenant can do with its policy in the service's own words. */
export function openPolicyOperations(parts: PolicyOperationsParts, policyApi: PolicyApi): PolicyOperations {
  const { dialect, policies, backend, authorizer, log } = parts;
  const { replies } = dialect;
  const audit = openAudit(log);

  /** Whose signature it is. */
  function ownerOf(exchange: Exchange, authorization: Authorization): Owner {
    switch (authorization.kind) {
      case 'signed':
      case 'refused':
        return authorization;
      case 'anonymous':
        return { kind: 'refused', error: replies.fault('credentials-missing', exchange) };
      default:
        return authorization satisfies never;
    }
  }

  /** A store that cannot take a write now may take it later: what was there is in force. */
  async function written(
    { exchange }: Change,
    write: Promise<WriteResult>,
    reply: (exchange: Exchange) => Reply,
  ): Promise<Answer> {
    try {
      const revisions = revisionsOf(await write);
      return { reply: reply(exchange), revisions };
    } catch (error) {
      log.error({ requestId: exchange.requestId, err: error }, 'a policy could not be written');
      return { reply: replies.error(exchange, replies.fault('unavailable', exchange)) };
    }
  }

  async function put(change: Change, body: RequestBody): Promise<Answer> {
    const { exchange, key } = change;
    const bytes = await body.read(policyApi.document.limitBytes);
    if (bytes === 'too-large') {
      return { reply: replies.error(exchange, replies.fault('policy-too-large', exchange)) };
    }
    const read = policyApi.read(exchange, bytes);
    if (read.kind === 'refused') return { reply: replies.error(exchange, read.error) };
    const { policy, settings } = read;
    const update = { ...(policy && { policy }), ...(settings && { settings }) };
    return await written(change, policies.update(key, update), policyApi.replies.stored);
  }

  function tell(
    { exchange, key, credentialId }: Change,
    action: 'put' | 'delete',
    { reply, revisions }: Answer,
  ): void {
    const { clientAddress, request, requestId } = exchange;
    audit({
      requestId,
      who: `credential:${credentialId}`,
      address: clientAddress ?? 'unknown',
      operation: `policy.${action}`,
      method: request.method,
      tenant: key.tenant,
      ...revisions,
      ...outcomeOf(reply.status),
      code: reply.errorCode,
    });
  }

  return async (exchange, key, action, body) => {
    const owner = ownerOf(exchange, authorizer.authorize(exchange));
    if (owner.kind === 'refused') return replies.error(exchange, owner.error);
    const isKnown = key && (policies.get(key) || backend.tenantExists(key.tenant) !== 'no');
    if (!isKnown) return replies.unknownTenant(exchange);
    if (action === 'get') return policyApi.replies.read(exchange, policies.get(key));
    const asked: Change = { exchange, key, credentialId: owner.credentialId };
    const answer =
      action === 'put'
        ? await put(asked, body)
        : await written(asked, policies.delete(key), policyApi.replies.deleted);
    tell(asked, action, answer);
    return answer.reply;
  };
}
