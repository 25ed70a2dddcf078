import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  /** What has to come of a body, on the average of `slowBodySeconds`. */
  readonly bodyBytesPerSecond: number;
  readonly slowBodySeconds: number;
}

export interface SlowBodies {
  /** Looks after the body of a request until it is there, or nobody waits for it. */
  readonly watch: (request: IncomingMessage) => void;
  readonly close: () => void;
}

/** How often each body is looked at while its time runs. */
const LOOKS = 10;

interface Body {
  readonly request: IncomingMessage;
  /** How often, since the average began, there was nothing to read but what the client had yet to send. */
  waited: number;
  /** What had come over the connection when the average began. */
  bytesThen: number;
}

/**
 * Ends requests whose bodies trickle: a byte now and then is enough against a time-out for idle connections, and each
 * such request may hold a file or a connection to an upstream. Only time that was spent waiting for the client counts:
 * an upload that an upstream takes slowly is as fast as it can be.
 *
 * @param end ends a request that was too slow
 */
export function watchSlowBodies(limits: BodyLimits, end: (request: IncomingMessage) => void): SlowBodies {
  const bodies = new Set<Body>();
  const look = (): void => {
    for (const body of bodies) {
      const { request } = body;
      if (request.complete || request.destroyed || request.socket.destroyed) {
        bodies.delete(body);
        continue;
      }
      // What is there and not taken is our delay, or that of an upstream.
      if (request.readableLength === 0) body.waited += 1;
      if (body.waited < LOOKS) continue;
      const { bytesRead } = request.socket;
      const isSlow = bytesRead - body.bytesThen < limits.bodyBytesPerSecond * limits.slowBodySeconds;
      body.waited = 0;
      body.bytesThen = bytesRead;
      if (!isSlow) continue;
      bodies.delete(body);
      end(request);
    }
  };
  const timer = setInterval(look, Math.ceil((limits.slowBodySeconds * 1000) / LOOKS)).unref();
  return {
    watch: request => {
      bodies.add({ request, waited: 0, bytesThen: request.socket.bytesRead });
    },
    close: () => clearInterval(timer),
  };
}
