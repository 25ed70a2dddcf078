import {
  type Authorization,
  type Dialect,
  type Exchange,
  isAllowed,
  type ServiceError,
  type Signed,
} from '@crossgate/dialects';
import type { Logger } from 'pino';
import type { CredentialsOf } from './held-credentials.ts';

/** Who may do what, by the credentials that are held here and their roles. */
export interface Authorizer {
  readonly credentialsOf: CredentialsOf;
  /** Who sent a request. Also refuses what the role of a credential does not allow. */
  readonly authorize: (exchange: Exchange) => Authorization;
  /** Why the holder of a credential may not do what a request asks for; undefined when that is allowed. */
  readonly roleProblem: (exchange: Exchange, signed: Signed) => ServiceError | undefined;
  /**
   * Why a request must not go on to an upstream that checks the signature itself; undefined when it may. One that names a
   * credential whose role does not allow it must be signed, as far as is seen here, with one that does.
   */
  readonly upstreamProblem: (exchange: Exchange) => ServiceError | undefined;
}

export function openAuthorizer(dialect: Dialect, credentialsOf: CredentialsOf, log: Logger): Authorizer {
  const { gateway, replies } = dialect;

  function roleProblem(exchange: Exchange, { credentialId, role }: Signed): ServiceError | undefined {
    const { requestId, location } = exchange;
    const { operation, tenant } = location;
    if (isAllowed(role, operation)) return undefined;
    const message = `a key that is ${role} was used for what it may not do`;
    log.info({ requestId, keyId: credentialId, tenant, method: exchange.request.method }, message);
    return replies.fault('permission-denied', exchange);
  }

  function authorize(exchange: Exchange): Authorization {
    const authorization = dialect.authorize(exchange, credentialsOf(exchange.location.tenant));
    if (authorization.kind !== 'signed') return authorization;
    const error = roleProblem(exchange, authorization);
    return error ? { kind: 'refused', error } : authorization;
  }

  function upstreamProblem(exchange: Exchange): ServiceError | undefined {
    const { tenant, operation } = exchange.location;
    const { restricted } = credentialsOf(tenant);
    if (restricted.length === 0) return undefined;
    const named = restricted.find(
      // Most of them are ruled out by their role, for less than it takes to look for their names.
      credential => !isAllowed(credential.role ?? 'all', operation) && gateway.names(exchange, credential),
    );
    if (!named) return undefined;
    const authorization = dialect.authorize(exchange, credentialsOf(tenant));
    if (authorization.kind === 'signed' && isAllowed(authorization.role, operation)) return undefined;
    const { id: credentialId, role = 'all' } = named;
    return roleProblem(exchange, { kind: 'signed', credentialId, role });
  }

  return { credentialsOf, authorize, roleProblem, upstreamProblem };
}
