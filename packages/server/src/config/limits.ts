import { z } from 'zod';
import { parseNetwork } from '../limits/client-address.ts';
import type { Rate } from '../limits/rate-limit.ts';
import { DEFAULT_LIMITS, type Limits } from '../serve-config.ts';
import { orMissing, seconds, section, wholeNumber } from './values.ts';

const MOST = 1_000_000;

const NETWORK = z
  .string({ error: orMissing('must be text; put it in quotes') })
  .refine(text => parseNetwork(text) !== undefined, 'must be an IP address, or a network such as 10.0.0.0/8');

/** @param longestSeconds what a time-out can be at the most */
export function limitsSection(longestSeconds: number): z.ZodType<Partial<Limits>> {
  return section({
    headerBytes: wholeNumber(1024, 1024 * 1024)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.headerBytes })
      .describe('Of the head of a request.'),
    headersSeconds: seconds(longestSeconds)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.headersSeconds })
      .describe(
        'From the first byte of a request, or the beginning of its connection, to the end of its head.',
      ),
    bodyBytesPerSecond: wholeNumber(1, MOST)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.bodyBytesPerSecond })
      .describe('What a client has to send of a body, on the average of `slowBodySeconds`.'),
    slowBodySeconds: seconds(longestSeconds)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.slowBodySeconds })
      .describe('How long a body may come slower than that.'),
    idleSeconds: seconds(longestSeconds)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.idleSeconds })
      .describe('Without a byte in either direction, before a connection is ended.'),
    keepAliveSeconds: seconds(longestSeconds)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.keepAliveSeconds })
      .describe('Between an answer and the next request on a connection.'),
    connections: wholeNumber(1, MOST)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.connections })
      .describe('Of clients, to all services. Over it, idle ones are ended for new ones.'),
    connectionsPerAddress: wholeNumber(1, MOST)
      .exactOptional()
      .meta({ default: DEFAULT_LIMITS.connectionsPerAddress })
      .describe('Of one address, or of one network of 64 bits of IPv6.'),
    tenantRate: rate('Requests to one tenant, preflights included. Without it there is no such limit.'),
    addressRate: rate(
      'Requests from one address, or one network of 64 bits of IPv6. Without it there is no such limit.',
    ),
    trustedProxies: z
      .array(NETWORK, { error: orMissing('must be a list of addresses and networks') })
      .exactOptional()
      .describe('Whose `X-Forwarded-For` tells the address of a client.'),
  });
}

function rate(description: string): z.ZodExactOptional<z.ZodType<Rate>> {
  const schema: z.ZodType<Rate> = section({
    requestsPerSecond: wholeNumber(1, MOST).describe('On the average.'),
    burst: wholeNumber(1, MOST).describe('So many at once, after a pause.'),
  });
  return schema.exactOptional().describe(description);
}
