import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorization, Exchange, Reply } from '@crossgate/dialects';

/** What stands behind the gate of one dialect and answers everything that is neither a preflight nor about the policy. */
export interface Backend {
  /** `unknown` where only an upstream could tell. */
  readonly tenantExists: (tenant: string) => 'yes' | 'no' | 'unknown';
  readonly handle: (call: BackendCall) => Promise<Reply>;
  /** Gives up what is left of requests to an upstream. */
  readonly close: () => Promise<void>;
}

/** A request on its way to the backend, with the connection that it came on. */
export interface BackendCall {
  readonly exchange: Exchange;
  /** Who sent it, by the credentials that are held here. It costs a signature: an upstream does not ask. */
  readonly authorize: () => Authorization;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
