import type {
  Policy,
  PreflightDecision,
  Profile,
  ReadPolicyResult,
  ResponseHeader,
  Settings,
} from '@crossgate/core';
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
import type { Role } from './role.ts';

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
  /** How the service's own clients set and get the policy; undefined where there is only a page for people. */
  readonly policyApi?: PolicyApi;
  /** The port of the listener, counted from the base. */
  readonly portOffset: number;
  /** The public credential of a service that runs for oneself alone. It may be good for one tenant only. */
  readonly localCredential: Credential;
  /** Whom to try the service with: a tenant, and the path of something of it on this service. */
  readonly example: { readonly tenant: string; readonly path: string };

  /** Whether the service could have a tenant of this name. No store is asked for any other. */
  readonly isTenantName: (name: string) => boolean;
  /** What keeps a credential from ever being good for a request of the service; undefined where any could be. */
  readonly credentialProblems?: (credential: Credential) => readonly CredentialProblem[];
  readonly newRequestId: (now: number) => string;
  readonly locate: (request: RequestHead) => Location;
  readonly authorize: (exchange: Exchange, credentials: Credentials) => Authorization;
  readonly gateway: GatewayConventions;

  readonly replies: Replies;
  /** Headers that every answer of the service has. */
  readonly commonHeaders: (exchange: Exchange, reply: Reply) => readonly ResponseHeader[];
  /** The embedded service behind the gate; undefined when there is none. */
  readonly openDataApi?: (services: DataServices) => DataApi;
  /** The records of use that the service keeps for its tenants, where it does. */
  readonly analytics?: Analytics;
}

export interface Credential {
  readonly id: string;
  readonly secret: string;
  /** Everybody knows it: whoever runs the service runs it for oneself alone. */
  readonly isPublic?: true;
  /** A temporary credential is good only together with this token. */
  readonly token?: string;
  /** It is good for this tenant only. */
  readonly tenant?: string;
  /** Left out, it may do everything. */
  readonly role?: Role;
}

export interface CredentialProblem {
  readonly part: 'id' | 'secret' | 'token';
  /** What the part must be, for people, and never what it is: `must be …`. */
  readonly message: string;
}

/** The credentials that are held for the tenant of a request. */
export interface Credentials {
  /** All that have the id: the old and the new one, while keys are changed. */
  readonly find: (id: string) => readonly Credential[];
  /** Whether there are none. */
  readonly isEmpty: boolean;
  /** Those that may not do everything. */
  readonly restricted: readonly Credential[];
}

export type Authorization =
  | { readonly kind: 'anonymous' }
  | Signed
  | { readonly kind: 'refused'; readonly error: ServiceError };

/** Sent by the holder of a credential. */
export interface Signed {
  readonly kind: 'signed';
  readonly credentialId: string;
  readonly role: Role;
  /** Where the credential is good for one tenant only. */
  readonly tenant?: string;
}

/** The requests by which a service's clients set, read and delete the policy of a tenant. */
export interface PolicyApi {
  readonly document: PolicyDocumentFormat;
  /** Reads the body of a request that sets the policy, and whatever else stands in the same document. */
  readonly read: (exchange: Exchange, body: Uint8Array) => ReadPolicyBody;
  readonly replies: {
    /** `stored` is undefined when the tenant never set anything. */
    readonly read: (exchange: Exchange, stored: TenantState | undefined) => Reply;
    readonly stored: (exchange: Exchange) => Reply;
    readonly deleted: (exchange: Exchange) => Reply;
  };
}

/** What a tenant has set. */
export interface TenantState {
  readonly policy: Policy;
  readonly settings?: Settings;
}

export type ReadPolicyBody =
  /** What is left out stays as it is, and so does every section of the settings that is not named. */
  | { readonly kind: 'update'; readonly policy?: Policy; readonly settings?: Settings }
  | { readonly kind: 'refused'; readonly error: ServiceError };

/** How the service is fronted by a gateway. */
export interface GatewayConventions {
  /**
   * The `Host` that an upstream is sent: that of the client, where it says whose data is meant or a signature covers it,
   * or the upstream's own.
   */
  readonly host: 'as-sent' | 'upstream';
  /**
   * Whether the gateway itself refuses data requests with wrong credentials, of tenants whose credentials it holds. Where
   * not, only the upstream can tell.
   */
  readonly checksCredentials: boolean;
  /**
   * Whether a request could be taken for one that is signed with a credential, however an upstream reads it: for roles to
   * hold where only the upstream can tell.
   */
  readonly names: (exchange: Exchange, credential: Credential) => boolean;
}

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
  readonly error: (exchange: Exchange, error: ServiceError) => ErrorReply;
  /** The service's word for what can go wrong before or beside it. */
  readonly fault: (fault: Fault, exchange: Exchange) => ServiceError;
}

/**
 * - `credentials-missing`: the operation is not for anonymous requests.
 * - `permission-denied`: whoever sent it may not do this.
 * - `request-malformed`: it is not HTTP, or has no or more than one `Host`.
 * - `headers-too-large`: the head of the request is over the limit.
 * - `request-timeout`: the head of the request did not arrive in time.
 * - `policy-too-large`: the body is over the limit of a policy document.
 * - `body-incomplete`: the client went away, or sent less than it announced.
 * - `method-not-allowed`: the service has no such method here; an `OPTIONS` that is no preflight.
 * - `no-upstream`: nothing is behind the gate that could answer; the message names the flag.
 * - `upstream-unreachable`: no connection to the upstream.
 * - `upstream-failed`: the upstream broke off, or what it sent is not HTTP.
 * - `upstream-timeout`: the upstream did not answer in time.
 * - `rate-limited`: there are more requests of a client, or for a tenant, than there may be.
 * - `unavailable`: what the answer depends on cannot be reached now; trying again later may help.
 * - `internal`: a defect of ours.
 */
export type Fault =
  | 'credentials-missing'
  | 'permission-denied'
  | 'request-malformed'
  | 'headers-too-large'
  | 'request-timeout'
  | 'policy-too-large'
  | 'body-incomplete'
  | 'method-not-allowed'
  | 'no-upstream'
  | 'upstream-unreachable'
  | 'upstream-failed'
  | 'upstream-timeout'
  | 'rate-limited'
  | 'unavailable'
  | 'internal';

export interface DataServices {
  readonly objects: ObjectStore;
  /** Removes the policy of a tenant that is no more. */
  readonly deletePolicy: (tenant: string) => Promise<void>;
}

/** The embedded service: everything that is neither a preflight nor about the policy. */
export interface DataApi {
  readonly tenantExists: (tenant: string) => boolean;
  readonly tenants: () => readonly string[];
  readonly handle: (request: DataRequest) => Promise<Reply>;
}

/** A request of the embedded service, and who sent it. */
export interface DataRequest {
  readonly exchange: Exchange;
  readonly authorization: Authorization;
  readonly body: RequestBody;
  /** For signatures that are in the body. */
  readonly credentials: Credentials;
  /** Why whoever signed the body may not do what is asked for; undefined when that is allowed. */
  readonly roleProblem: (signed: Signed) => ServiceError | undefined;
}

/** Records of use as a service keeps them for its tenants: counted, and written to a log when the tenant wants one. */
export interface Analytics {
  /** What is counted; undefined for what is not accounted for here, such as requests that an upstream answers. */
  readonly classify: (exchange: Exchange, reply: Reply) => Usage | undefined;
  /** Whether the tenant's log has a line of it. */
  readonly isLogged: (usage: Usage, exchange: Exchange, settings: Settings | undefined) => boolean;
  /** A line of the log, with its line break. */
  readonly line: (usage: Usage, exchange: Exchange, reply: Reply, measures: UsageMeasures) => string;
  /** The file of the log, below the tenant's, with `/` between names. It changes with the time. */
  readonly file: (at: number) => string;
  /** For how many days lines are kept; undefined for ever. */
  readonly retentionDays: (settings: Settings | undefined) => number | undefined;
}

export interface Usage {
  /** The operation, in the service's words. */
  readonly operation: string;
  /** What came of it, in the service's words. */
  readonly status: string;
  readonly billable: boolean;
}

export interface UsageMeasures {
  /** From the head of the request to the end of the answer, in milliseconds. */
  readonly elapsedMilliseconds: number;
  /** Without what the network took, in milliseconds. */
  readonly serverMilliseconds: number;
  /** `address:port` of the client. */
  readonly client: string;
  readonly requestHeaderBytes: number;
  readonly requestBodyBytes: number;
  readonly responseHeaderBytes: number;
  readonly responseBodyBytes: number;
}
