import type { ResponseHeader } from '@crossgate/core';

/** The head of a request as it came off the wire: nothing decoded, nothing merged. */
export interface RequestHead {
  readonly method: string;
  /** The request-target: origin-form, absolute-form or `*` (RFC 9112, section 3.2). */
  readonly target: string;
  /** Names and values in turn, as Node's `rawHeaders`: one character a byte. */
  readonly rawHeaders: readonly string[];
}

/** One parameter of the query, percent-decoded, `+` as a space. Without `=` the value is empty. */
export type QueryParameter = readonly [name: string, value: string];

/** What a request is about, as its dialect reads the target. */
export interface Location {
  /** Undefined when the request names none: the service itself is meant. */
  readonly tenant: string | undefined;
  readonly operation: Operation;
  /** What is meant inside the tenant, decoded: an object key, a table path. Empty for the tenant itself. */
  readonly resource: string;
  /** `host[:port]`, that of an absolute-form target before the `Host` header. */
  readonly authority: string;
  /** Of the target, as sent, with its leading slash. */
  readonly path: string;
  /** Of the target, as sent, without the question mark. */
  readonly query: string;
  /** Empty for preflights, which no parameter changes. */
  readonly parameters: readonly QueryParameter[];
  /** Whether the tenant is the first segment of the path, rather than in the host. */
  readonly pathStyle: boolean;
}

export type Operation =
  | { readonly kind: 'preflight' }
  | { readonly kind: 'policy'; readonly action: 'get' | 'put' | 'delete' }
  /** `write` is everything that can change something, or lets somebody change it. */
  | { readonly kind: 'data'; readonly access: 'read' | 'write' }
  /** The target cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: ServiceError };

/** An error in the service's terms. */
export interface ServiceError {
  readonly status: number;
  /** Empty where the service has none, only messages. */
  readonly code: string;
  /** For a person; the service's own wording where clients depend on it. */
  readonly message: string;
  /** Further elements of the error document, in order. */
  readonly details?: readonly (readonly [name: string, value: string])[];
  /** Response headers that belong to the error. */
  readonly headers?: readonly ResponseHeader[];
}

/** One request on its way through. */
export interface Exchange {
  readonly request: RequestHead;
  readonly location: Location;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The IP address that the request came from; undefined where nobody knows. */
  readonly clientAddress?: string;
  /** Whether it came over TLS. */
  readonly isSecure?: true;
}

/** A response before the headers that every answer has, and those that CORS adds. */
export interface Reply {
  readonly status: number;
  /** The reason phrase, where the service has its own: visible ASCII and spaces. */
  readonly reason?: string;
  readonly headers: readonly ResponseHeader[];
  /** A stream comes with its `Content-Length` among the headers. Absent: no content. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** The service's error code, for logs and metrics. */
  readonly errorCode?: string;
  /** It comes from an upstream, with all the headers that answers of the service have. */
  readonly fromUpstream?: true;
}

/** An error document. It is never a stream. */
export type ErrorReply = Omit<Reply, 'body'> & { readonly body?: string | Uint8Array };

/** A request body. It can be read once. */
export interface RequestBody {
  /** The `Content-Length` of the request; undefined when it has none. */
  readonly lengthBytes: number | undefined;
  stream(): AsyncIterable<Uint8Array>;
  /** The whole body, or `too-large` as soon as it is known to have more than `limitBytes`. */
  read(limitBytes: number): Promise<Uint8Array | 'too-large'>;
}
