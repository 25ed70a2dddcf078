import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  type CompiledPolicy,
  decideActual,
  decidePreflight,
  isPreflight,
  type PreflightRequest,
} from '@crossgate/core';
import {
  type Dialect,
  type Exchange,
  headerValue,
  type Operation,
  type Reply,
  type RequestHead,
} from '@crossgate/dialects';
import { type PolicyStore, PolicyStoreUnavailableError, type TenantKey } from '@crossgate/policy-store';
import type { Logger } from 'pino';
import type { Authorizer } from './authorizer.ts';
import type { Backend } from './backend/backend.ts';
import { openCompiledPolicies } from './compiled-policies.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import type { Refused } from './limits/request-rates.ts';
import { mergeHeaders } from './merge-headers.ts';
import { openPolicyOperations } from './policy-operations.ts';
import { BodyError, requestBody } from './request-body.ts';
import { hasOneHost, isPlain } from './request-framing.ts';
import type { Outcome, RequestObserver } from './request-observer.ts';
import { type Delivery, httpDelivery, type UsageRecorder } from './usage-recorder.ts';
import { writeReply } from './write-reply.ts';

export interface GateParts {
  readonly dialect: Dialect;
  readonly policies: PolicyStore;
  readonly backend: Backend;
  readonly authorizer: Authorizer;
  readonly observe: RequestObserver;
  readonly requestLimits: Pick<RequestLimits, 'clientAddress' | 'countRequest'>;
  /** For services that keep records of use. */
  readonly recordUsage?: UsageRecorder | undefined;
  readonly log: Logger;
}

/** The way through one dialect. Nothing of it throws or rejects. */
export interface Gate {
  /** Answers a request. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Answers a preflight that has one `Host` and no body. Whether it was answered: what is none to the service, or cannot
   * be sent, has to be handled like any other request.
   *
   * @param preflight what the head asks for
   */
  readonly answerPreflight: (
    head: RequestHead,
    preflight: PreflightRequest,
    connection: PreflightConnection,
  ) => boolean;
}

/** What a preflight is answered on. */
export interface PreflightConnection extends Delivery {
  /** Whether it is one of TLS. */
  readonly isSecure: boolean;
  /** Whether the answer could be sent. */
  readonly send: (reply: Reply, at: number) => boolean;
}

/** An answer and what is told of it. */
interface Answer {
  readonly reply: Reply;
  readonly outcome: Outcome;
}

/** The way of a request through one dialect: locate it, answer it, add what CORS adds, tell of it. */
export function openGate(parts: GateParts): Gate {
  const { dialect, policies, backend, authorizer, observe, requestLimits, recordUsage, log } = parts;
  const compiled = openCompiledPolicies(policies, dialect.profile, log);
  const namesMatter = dialect.profile.answers.exposeHeaders.kind !== 'rule';
  const operateOnPolicy = dialect.policyApi && openPolicyOperations(parts, dialect.policyApi);

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    try {
      answer(request, response, started);
    } catch (error) {
      // Nothing is known of the request, not even in whose words to refuse it.
      log.error({ err: error }, 'a request could not be read');
      response.writeHead(500, { Connection: 'close' }).end();
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse, started: number): void {
    const head: RequestHead = {
      method: request.method ?? '',
      target: request.url ?? '',
      rawHeaders: request.rawHeaders,
    };
    const { remoteAddress, encrypted } = request.socket as Partial<TLSSocket>;
    const exchange = openExchange(head, remoteAddress, encrypted);
    const mayBePreflight = exchange.location.operation.kind === 'preflight' && hasOneHost(request, head);
    const fail = (error: unknown): void => {
      log.error({ requestId: exchange.requestId, err: error }, 'an answer could not be sent');
      response.destroy();
    };
    const send = ({ reply, outcome }: Answer): void => {
      observe(exchange, reply, outcome, started);
      recordUsage?.({ exchange, reply, started, delivery: httpDelivery(request, response) });
      writeReply(request, response, reply)?.catch(fail);
    };
    const refused = overRate(exchange, started);
    try {
      if (refused) {
        send(tooMany(exchange, refused));
        return;
      }
      const preflight = mayBePreflight ? tryPreflight(exchange, preflightOf(exchange)) : undefined;
      if (preflight) send(preflight);
      else answerActual(exchange, request, response, send).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  function answerPreflight(
    head: RequestHead,
    preflight: PreflightRequest,
    connection: PreflightConnection,
  ): boolean {
    // It comes again, by the parser, and is counted then.
    if (!isPreflight(dialect.profile, preflight)) return false;
    const started = performance.now();
    let isSent = false;
    try {
      const exchange = openExchange(head, connection.address, connection.isSecure);
      const refused = overRate(exchange, started);
      const answer = refused ? tooMany(exchange, refused) : tryPreflight(exchange, preflight);
      if (!answer || !connection.send(answer.reply, exchange.receivedAt)) return false;
      isSent = true;
      observe(exchange, answer.reply, answer.outcome, started);
      recordUsage?.({ exchange, reply: answer.reply, started, delivery: connection });
    } catch (error) {
      // A second answer would be taken for that of the next request.
      log.error(
        { err: error },
        isSent ? 'a preflight could not be told of' : 'a preflight could not be read',
      );
    }
    return isSent;
  }

  function openExchange(
    request: RequestHead,
    remoteAddress: string | undefined,
    isSecure: boolean | undefined,
  ): Exchange {
    const receivedAt = Date.now();
    const clientAddress = requestLimits.clientAddress(request, remoteAddress);
    const location = dialect.locate(request);
    const requestId = dialect.newRequestId(receivedAt);
    return { request, location, requestId, receivedAt, clientAddress, isSecure };
  }

  /** Counts a request, and tells whether it is one too many. */
  function overRate(exchange: Exchange, started: number): Refused | undefined {
    const { countRequest } = requestLimits;
    return countRequest?.(dialect.id, tenantKey(exchange)?.tenant, exchange.clientAddress, started);
  }

  /** The service's word for it, with what CORS adds to it, so that the page can read when to come again. */
  function tooMany(exchange: Exchange, { by, retryAfterSeconds }: Refused): Answer {
    const own = fault(exchange, 'rate-limited');
    const reply = { ...own, headers: [...own.headers, ['Retry-After', String(retryAfterSeconds)]] as const };
    if (exchange.location.operation.kind === 'preflight') {
      return {
        reply: complete(exchange, reply),
        outcome: { kind: 'preflight', result: 'limited', reason: by },
      };
    }
    const answer = decorate(exchange, policyOrNone(exchange), reply);
    return { ...answer, outcome: { ...answer.outcome, result: 'limited', reason: by } };
  }

  function tryPreflight(exchange: Exchange, preflight: PreflightRequest): Answer | undefined {
    try {
      return decide(exchange, preflight);
    } catch (error) {
      const reason = error instanceof PolicyStoreUnavailableError ? 'unavailable' : 'internal';
      const outcome: Outcome = { kind: 'preflight', result: 'refused', reason };
      return { reply: complete(exchange, failure(exchange, error)), outcome };
    }
  }

  /** Undefined when the service takes the request for an ordinary one. */
  function decide(exchange: Exchange, preflight: PreflightRequest): Answer | undefined {
    const policy = policyOf(exchange);
    if (
      !policy &&
      dialect.profile.preflight.unknownTenant !== 'as-no-rules' &&
      exchange.location.tenant !== undefined
    ) {
      const outcome: Outcome = { kind: 'preflight', result: 'refused', reason: 'unknown-tenant' };
      return { reply: complete(exchange, dialect.replies.unknownTenant(exchange)), outcome };
    }
    const decision = decidePreflight(policy ?? compiled.none, preflight);
    if (decision.kind === 'not-a-preflight') return undefined;
    const reason = decision.kind === 'refused' ? decision.reason : '';
    const outcome: Outcome = { kind: 'preflight', result: decision.kind, reason };
    return { reply: complete(exchange, dialect.replies.preflight(exchange, decision)), outcome };
  }

  /** Everything else: the answer of the service, with what CORS adds to it, whatever it is. */
  function answerActual(
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
    send: (answer: Answer) => void,
  ): Promise<void> {
    const policy = policyOrNone(exchange);
    return operate(exchange, request, response).then(
      own => send(decorate(exchange, policy, own)),
      (error: unknown) => send(decorate(exchange, policy, failure(exchange, error))),
    );
  }

  function decorate(exchange: Exchange, policy: CompiledPolicy, own: Reply): Answer {
    const reply = complete(exchange, own);
    const decision = decideActual(policy, {
      origin: headerValue(exchange.request, 'origin'),
      method: exchange.request.method,
      responseHeaderNames: namesMatter ? reply.headers.map(header => header[0]) : NO_NAMES,
    });
    const headers = mergeHeaders(reply.headers, decision.headers);
    return {
      reply: withHeaders(reply, headers),
      outcome: {
        kind: KINDS[exchange.location.operation.kind],
        result: decision.kind,
        reason: decision.kind === 'refused' ? decision.reason : '',
      },
    };
  }

  /** An answer with the headers that every answer of the service has. */
  function complete(exchange: Exchange, reply: Reply): Reply {
    if (reply.fromUpstream) return reply;
    const common = dialect.commonHeaders(exchange, reply);
    return common.length === 0 ? reply : { ...reply, headers: [...reply.headers, ...common] };
  }

  /** Rejects, and never throws. Nothing is awaited here: what a backend promises is passed on as it is. */
  function operate(exchange: Exchange, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    try {
      const answer = choose(exchange, request, response);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  function choose(
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Reply> | Reply {
    const { operation } = exchange.location;
    if (!hasOneHost(request, exchange.request) || !isPlain(request))
      return fault(exchange, 'request-malformed');
    switch (operation.kind) {
      case 'unreadable':
        return dialect.replies.error(exchange, operation.error);
      case 'policy':
        return operateOnPolicy
          ? operateOnPolicy(exchange, tenantKey(exchange), operation.action, requestBody(request))
          : fault(exchange, 'method-not-allowed');
      case 'preflight':
        return fault(exchange, 'method-not-allowed');
      case 'data': {
        const authorization = dialect.gateway.checksCredentials ? authorizer.authorize(exchange) : undefined;
        if (authorization?.kind === 'refused') return dialect.replies.error(exchange, authorization.error);
        return backend.handle({ exchange, authorizer, request, response });
      }
      default:
        return operation satisfies never;
    }
  }

  function tenantKey(exchange: Exchange): TenantKey | undefined {
    const { tenant } = exchange.location;
    if (tenant === undefined || !dialect.isTenantName(tenant)) return undefined;
    return { dialect: dialect.id, tenant };
  }

  /** Undefined when there is no such tenant. One that has no policy has a policy without rules. */
  function policyOf(exchange: Exchange): CompiledPolicy | undefined {
    const key = tenantKey(exchange);
    if (!key) return undefined;
    return compiled.get(key) ?? (backend.tenantExists(key.tenant) === 'no' ? undefined : compiled.none);
  }

  /** An actual request is not refused because its policy cannot be read. */
  function policyOrNone(exchange: Exchange): CompiledPolicy {
    try {
      return policyOf(exchange) ?? compiled.none;
    } catch (error) {
      failure(exchange, error);
      return compiled.none;
    }
  }

  function fault(exchange: Exchange, kind: Parameters<typeof dialect.replies.fault>[0]): Reply {
    return dialect.replies.error(exchange, dialect.replies.fault(kind, exchange));
  }

  function failure(exchange: Exchange, error: unknown): Reply {
    if (error instanceof BodyError) return fault(exchange, error.fault);
    log.error({ requestId: exchange.requestId, err: error }, 'a request failed');
    return fault(exchange, error instanceof PolicyStoreUnavailableError ? 'unavailable' : 'internal');
  }

  return { handle, answerPreflight };
}

const NO_NAMES: readonly string[] = [];

function withHeaders(reply: Reply, headers: Reply['headers']): Reply {
  if (headers === reply.headers) return reply;
  // Set behind the spread: V8 is slow to write over a property within it.
  const copy: { -readonly [Field in keyof Reply]: Reply[Field] } = { ...reply };
  copy.headers = headers;
  return copy;
}

function preflightOf({ request }: Exchange): PreflightRequest {
  return {
    origin: headerValue(request, 'origin'),
    requestMethod: headerValue(request, 'access-control-request-method'),
    requestHeaders: headerValue(request, 'access-control-request-headers'),
  };
}

/** What an operation counts as. An `OPTIONS` that is no preflight is a request like any other. */
const KINDS: Readonly<Record<Operation['kind'], Outcome['kind']>> = {
  preflight: 'data',
  policy: 'policy',
  data: 'data',
  unreadable: 'malformed',
};
