/** A gateway in front of an upstream of the test. */
import type { UpstreamConfig } from '@crossgate/server';
import { cosHost } from './cos-http.ts';
import { type LocalServer, type LogLine, startLocalServer } from './local-server.ts';

/** The bucket of the requests. Its rules are the gateway's. */
export const BUCKET = 'behind-1250000000';
export const HOST = cosHost(BUCKET);
export const HOST_LINE = `Host: ${HOST}`;

/** Long enough for two slow cores, short enough for tests that wait for one. */
export const SHORT_TIMEOUTS: Omit<UpstreamConfig, 'url'> = {
  connectTimeoutSeconds: 0.25,
  headersTimeoutSeconds: 0.25,
  idleTimeoutSeconds: 0.25,
};

const PATIENT: Omit<UpstreamConfig, 'url'> = {
  connectTimeoutSeconds: 10,
  headersTimeoutSeconds: 60,
  idleTimeoutSeconds: 60,
};

export interface Gateway extends LocalServer {
  readonly url: string;
  /** From the level info on. */
  readonly logged: LogLine[];
}

/** Serves COS and QingStor with the upstream behind both. */
export async function startGateway(url: string, changes: Partial<UpstreamConfig> = {}): Promise<Gateway> {
  const logged: LogLine[] = [];
  const upstream: UpstreamConfig = { ...PATIENT, ...changes, url };
  const server = await startLocalServer(
    { store: 'memory' },
    { cos: { upstream }, qingstor: { upstream } },
    { logged },
  );
  return { ...server, url, logged };
}
