import type { Policy, PreflightDecision, Profile, ReadPolicyResult, ResponseHeader } from '@crossgate/core';
import type { ObjectStore } from '@crossgate/object-store';
import type {
  ErrorReply,
  Exchange,
  Location,
  Reply,
  RequestBody,
  RequestHead,
  ServiceError,
} from './exchange.ts';

/**
 * One service's wire format. Everything but the data API is pure: bytes and values in, values out. Shared code never
 * asks which dialect it serves; what differs is declared here.
 */
export interface Dialect {
  readonly id: string;
  /** The service's name, for people. */
  readonly title: string;
  /** What the service calls a tenant, for people: `bucket`. */
  readonly tenantNoun: string;
  readonly profile: Profile;
  /** Other readings of the service's documentation where it disagrees with itself, by name. */
  readonly variants: Readonly<Record<string, Profile>>;
  readonly policyDocument: PolicyDocumentFormat;
  /** The port of the listener, counted from the base. */
  readonly portOffset: number;
  /** The public credential of a service that runs for oneself alone. */
  readonly localCredential: Credential;
  /** Whom to try the service with: a tenant, and the path of something of it on this service. */
  readonly example: { readonly tenant: string; readonly path: string };

  /** Whether the service could have a tenant of this name. No store is asked for any other. */
  readonly isTenantName: (name: string) => boolean;
  readonly newRequestId: (now: number) => string;
  readonly locate: (request: RequestHead) => Location;
  readonly authorize: (exchange: Exchange, credentials: CredentialLookup) => Authorization;
  /** Reads the body of a request that sets the policy. */
  readonly readPolicy: (exchange: Exchange, body: Uint8Array) => ReadPolicyBody;

  readonly replies: Replies;
  /** Headers that every answer of the service has. */
  readonly commonHeaders: (exchange: Exchange, reply: Reply) => readonly ResponseHeader[];
  /** The embedded service behind the gate; undefined when there is none. */
  readonly openDataApi?: (services: DataServices) => DataApi;
}

export interface Credential {
  readonly id: string;
  readonly secret: string;
  /** Everybody knows it: whoever runs the service runs it for oneself alone. */
  readonly isPublic?: true;
  /** A temporary credential is good only together with this token. */
  readonly token?: string;
}

export type CredentialLookup = (id: string) => Credential | undefined;

export type Authorization =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'signed'; readonly credentialId: string }
  | { readonly kind: 'refused'; readonly error: ServiceError };

export type ReadPolicyBody =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly error: ServiceError };

/** The document in which a service's users write their policy. */
export interface PolicyDocumentFormat {
  readonly mediaType: string;
  /** What a request body may have at the most. */
  readonly limitBytes: number;
  /** Reads a document, with the position of every finding. What it has no error for is valid for the profile. */
  readonly parse: (bytes: Uint8Array) => ReadPolicyResult;
  readonly write: (policy: Policy) => string;
}

/** Answers in the service's words. */
export interface Replies {
  readonly preflight: (
    exchange: Exchange,
    decision: Exclude<PreflightDecision, { kind: 'not-a-preflight' }>,
  ) => Reply;
  readonly unknownTenant: (exchange: Exchange) => Reply;
  /** The policy was asked for; undefined when the tenant has none. */
  readonly policyRead: (exchange: Exchange, policy: Policy | undefined) => Reply;
  readonly policyStored: (exchange: Exchange) => Reply;
  readonly policyDeleted: (exchange: Exchange) => Reply;
  readonly error: (exchange: Exchange, error: ServiceError) => ErrorReply;
  /** The service's word for what can go wrong before or beside it. */
  readonly fault: (fault: Fault, exchange: Exchange) => ServiceError;
}

/**
 * - `credentials-missing`: the operation is not for anonymous requests.
 * - `request-malformed`: it is not HTTP, or has no or more than one `Host`.
 * - `headers-too-large`: the head of the request is over the limit.
 * - `request-timeout`: the head of the request did not arrive in time.
 * - `policy-too-large`: the body is over the limit of a policy document.
 * - `body-incomplete`: the client went away, or sent less than it announced.
 * - `unavailable`: what the answer depends on cannot be reached now; trying again later may help.
 * - `internal`: a defect of ours.
 */
export type Fault =
  | 'credentials-missing'
  | 'request-malformed'
  | 'headers-too-large'
  | 'request-timeout'
  | 'policy-too-large'
  | 'body-incomplete'
  | 'unavailable'
  | 'internal';

export interface DataServices {
  readonly objects: ObjectStore;
  /** For signatures that are in a body. */
  readonly credentials: CredentialLookup;
  /** Removes the policy of a tenant that is no more. */
  readonly deletePolicy: (tenant: string) => Promise<void>;
}

/** The embedded service: everything that is neither a preflight nor about the policy. */
export interface DataApi {
  readonly tenantExists: (tenant: string) => boolean;
  readonly tenants: () => readonly string[];
  readonly handle: (exchange: Exchange, authorization: Authorization, body: RequestBody) => Promise<Reply>;
}
