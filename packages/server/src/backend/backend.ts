import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Reply } from '@crossgate/dialects';
import type { Authorizer } from '../authorizer.ts';

/** What stands behind the gate of one dialect and answers everything that is neither a preflight nor about the policy. */
export interface Backend {
  /** `unknown` where only an upstream could tell. */
  readonly tenantExists: (tenant: string) => 'yes' | 'no' | 'unknown';
  readonly handle: (call: BackendCall) => Promise<Reply>;
  /** Ends when everything is answered that was begun; nothing is begun any more. */
  readonly retire: () => Promise<void>;
  /** Gives up what is left of requests to an upstream. */
  readonly close: () => Promise<void>;
}

/** A request on its way to the backend, with the connection that it came on. */
export interface BackendCall {
  readonly exchange: Exchange;
  /** Tells who sent it, by the credentials that are held here. That costs a signature: an upstream does not ask. */
  readonly authorizer: Authorizer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
