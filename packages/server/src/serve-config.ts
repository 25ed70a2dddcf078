import type { Credential, Dialect } from '@crossgate/dialects';
import type { AdminToken } from './admin/access/access.ts';
import type { ConnectionLimits } from './limits/connections.ts';
import type { Rate } from './limits/rate-limit.ts';
import type { RequestRates } from './limits/request-rates.ts';
import type { BodyLimits } from './limits/slow-bodies.ts';
import type { LogLevel } from './log.ts';

/** Everything that `serve` needs to know. It is plain JSON: worker processes are handed it as text. */
export interface ServeConfig {
  /** Where ports are counted from, unless they are given. With 0 the system chooses each. */
  readonly portBase: number;
  readonly admin: AdminConfig;
  /** Where policies and objects are kept. */
  readonly dataDirectory: string;
  readonly store: 'lmdb' | 'memory' | EtcdConfig;
  /** Processes that serve. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** Makes the admin API one of HTTPS. */
  readonly tls?: TlsKeys;
  /** By id. A dialect that is not here is not served. */
  readonly dialects: Readonly<Record<string, DialectConfig>>;
}

/** The admin API and the console. */
export interface AdminConfig {
  /** The address that the listener is bound to. One that other machines can reach needs tokens. */
  readonly host: string;
  /** 0 when the system chooses. */
  readonly port: number;
  /** With any of them nobody gets in without. */
  readonly tokens: readonly AdminToken[];
}

/** What a listener of HTTPS shows, as PEM. */
export interface TlsKeys {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Policies in etcd, with a replica in the data directory. */
export interface EtcdConfig {
  readonly kind: 'etcd';
  /** `http(s)://host[:port]` of members; the port is 2379 unless it is given. */
  readonly endpoints: readonly string[];
  /** Before every key; ends with a slash. */
  readonly prefix: string;
  readonly user?: { readonly name: string; readonly password: string };
  readonly tls: EtcdTlsFiles;
}

/** PEM files. */
export interface EtcdTlsFiles {
  /** Authorities to trust instead of the well-known ones. */
  readonly ca?: string;
  /** What the gateway shows, with its key. */
  readonly certificate?: string;
  readonly privateKey?: string;
}

export const ETCD_PREFIX = '/crossgate/';

/** What a stranger can take of us. How large bodies are is bounded by operation. */
export interface Limits extends ConnectionLimits, BodyLimits, RequestRates {
  /** Of the head of a request. */
  readonly headerBytes: number;
  /** From the first byte of a request, or the beginning of its connection, to the end of its head. */
  readonly headersSeconds: number;
  /** Without a byte in either direction. Uploads may take as long as they move. */
  readonly idleSeconds: number;
  /** Between an answer and the next request. */
  readonly keepAliveSeconds: number;
  /** Addresses, or networks as `10.0.0.0/8`, whose `X-Forwarded-For` tells the address of a client. */
  readonly trustedProxies?: readonly string[];
}

export const DEFAULT_LIMITS: Limits = {
  /** Room for an `Access-Control-Request-Headers` of 16 KiB beside everything else. */
  headerBytes: 64 * 1024,
  headersSeconds: 30,
  /** Less than any network has, and enough to have a body of the size of a policy in minutes. */
  bodyBytesPerSecond: 500,
  slowBodySeconds: 60,
  idleSeconds: 120,
  keepAliveSeconds: 60,
  connections: 10_000,
  /** Room for a load balancer, and for three others like it. */
  connectionsPerAddress: 2_500,
};

/** What one of several processes may give away of the limits: all of them together keep to the limits. */
export function shareOf(limits: Limits, workers: number): Limits {
  if (workers === 1) return limits;
  const { tenantRate, addressRate } = limits;
  const rateShare = ({ requestsPerSecond, burst }: Rate): Rate => ({
    requestsPerSecond: requestsPerSecond / workers,
    burst: Math.max(1, Math.floor(burst / workers)),
  });
  return {
    ...limits,
    connections: Math.ceil(limits.connections / workers),
    connectionsPerAddress: Math.ceil(limits.connectionsPerAddress / workers),
    ...(tenantRate && { tenantRate: rateShare(tenantRate) }),
    ...(addressRate && { addressRate: rateShare(addressRate) }),
  };
}

/** How one service is served. */
export interface DialectConfig {
  /** The address that its listener is bound to. */
  readonly host: string;
  /** 0 when the system chooses. */
  readonly port: number;
  /** Makes it a listener of HTTPS. */
  readonly tls?: TlsKeys;
  /** Another reading of the service, by its name. */
  readonly variant?: string;
  readonly credentials: readonly Credential[];
  /** Where data requests go; without one to the embedded service, if there is one. */
  readonly upstream?: UpstreamConfig;
  /** Upstreams of single tenants, before that of all others. */
  readonly tenantUpstreams: Readonly<Record<string, UpstreamConfig>>;
}

/** The real service behind the gateway. */
export interface UpstreamConfig {
  /** `http(s)://host[:port]`, nothing else. */
  readonly url: string;
  /** The `Host` it is sent; left out, as the dialect has it. */
  readonly host?: 'as-sent' | 'upstream';
  readonly connectTimeoutSeconds: number;
  /** From the end of the request to the head of the answer. */
  readonly headersTimeoutSeconds: number;
  /** Between two pieces of a body, in either direction. */
  readonly idleTimeoutSeconds: number;
}

export const UPSTREAM_TIMEOUTS: Omit<UpstreamConfig, 'url' | 'host'> = {
  connectTimeoutSeconds: 10,
  headersTimeoutSeconds: 60,
  idleTimeoutSeconds: 60,
};

/** A dialect as it was chosen to be read. */
export function chosenDialect(dialect: Dialect, config: DialectConfig): Dialect {
  const profile = dialect.variants[config.variant ?? ''];
  return profile ? { ...dialect, profile } : dialect;
}
