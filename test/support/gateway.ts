/** A gateway in front of an upstream of the test. */
import type { UpstreamConfig } from '@crossgate/server';
import { cosHost } from './cos-http.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';

/** The bucket of the requests. Its rules are the gateway's. */
export const BUCKET = 'behind-1250000000';
export const HOST = cosHost(BUCKET);
export const HOST_LINE = `Host: ${HOST}`;

/** Long enough for two slow cores, short enough for tests that wait for one. */
export const SHORT_TIMEOUTS: Omit<UpstreamConfig, 'url'> = {
  connectTimeoutSeconds: 0.5,
  headersTimeoutSeconds: 0.5,
  idleTimeoutSeconds: 0.5,
};

const PATIENT: Omit<UpstreamConfig, 'url'> = {
  connectTimeoutSeconds: 10,
  headersTimeoutSeconds: 60,
  idleTimeoutSeconds: 60,
};

/** Serves COS and QingStor with the upstream behind both. */
export function startGateway(url: string, timeouts: Partial<UpstreamConfig> = {}): Promise<LocalServer> {
  const upstream: UpstreamConfig = { ...PATIENT, ...timeouts, url };
  return startLocalServer({ store: 'memory' }, { cos: { upstream }, qingstor: { upstream } });
}
