/** What a failed request means for the one who sent it. */
export type EtcdErrorKind =
  /** No answer, or none that says what became of the request. Another endpoint or another time may do. */
  | 'unreachable'
  /** The token is not, or no longer, good: authenticate again. Nothing was done. */
  | 'unauthenticated'
  /** The revision that was asked for is compacted. */
  | 'compacted'
  /** etcd understood and will not do it: permissions, sizes, a wrong password. Nothing was done. */
  | 'refused';

export interface EtcdErrorOptions extends ErrorOptions {
  readonly isConnectionRefused?: boolean;
}

export class EtcdError extends Error {
  readonly kind: EtcdErrorKind;
  /** Whether nobody listens there: the request was not sent. */
  readonly isConnectionRefused: boolean;

  constructor(kind: EtcdErrorKind, message: string, options: EtcdErrorOptions = {}) {
    super(message, options);
    this.name = 'EtcdError';
    this.kind = kind;
    this.isConnectionRefused = options.isConnectionRefused ?? false;
  }
}

/** gRPC status codes that are about this request and not about the state of the cluster. */
const REFUSALS: ReadonlySet<number> = new Set([
  3, // INVALID_ARGUMENT
  5, // NOT_FOUND
  7, // PERMISSION_DENIED
  9, // FAILED_PRECONDITION
  12, // UNIMPLEMENTED
]);

/**
 * The error of an answer, from its gRPC status code and message. Messages tell more than codes: the codes of etcd are
 * not the same in all versions, and in a watch there is none.
 */
export function etcdError(code: number | undefined, message: string): EtcdError {
  if (/invalid auth token|revision of auth store is old/.test(message)) {
    return new EtcdError('unauthenticated', message);
  }
  if (/has been compacted/.test(message)) return new EtcdError('compacted', message);
  const isRefusal =
    /permission denied|user name is empty|authentication failed|authentication is not enabled|too large/i.test(
      message,
    ) ||
    (code !== undefined && REFUSALS.has(code));
  return new EtcdError(isRefusal ? 'refused' : 'unreachable', message);
}
