import type { Logger } from 'pino';
import type { Backend } from './backend/backend.ts';
import type { Gate } from './gate.ts';
import type { DialectConfig } from './serve-config.ts';

/** What answers the requests of a dialect, by the configuration that is in force when each of them comes. */
export interface InForce {
  readonly gate: Gate;
  /** New requests go by this one. A backend that is not needed any more is closed when its last request is answered. */
  readonly replace: (config: DialectConfig) => void;
  /** Gives up what is left of requests to upstreams, those of former configurations too. */
  readonly close: () => Promise<void>;
}

export function openInForce(
  config: DialectConfig,
  openBackend: (config: DialectConfig) => Backend,
  openGate: (config: DialectConfig, backend: Backend) => Gate,
  log: Logger,
): InForce {
  let current = config;
  let backend = openBackend(config);
  let gate = openGate(config, backend);
  const retiring = new Map<Backend, Promise<void>>();

  function retire(former: Backend): void {
    const ended = former
      .retire()
      .catch((error: unknown) => log.error({ err: error }, 'connections to an upstream could not be closed'))
      .finally(() => retiring.delete(former));
    retiring.set(former, ended);
  }

  return {
    gate: {
      handle: (request, response) => gate.handle(request, response),
      answerPreflight: (head, preflight, connection) => gate.answerPreflight(head, preflight, connection),
    },
    replace: next => {
      if (!isEqual(next, current)) {
        const former = backend;
        // Connections to upstreams that stay are worth keeping.
        if (!isEqual(upstreamsOf(next), upstreamsOf(current))) backend = openBackend(next);
        gate = openGate(next, backend);
        if (backend !== former) retire(former);
      }
      current = next;
    },
    close: async () => {
      await Promise.all([backend, ...retiring.keys()].map(open => open.close()));
      await Promise.all(retiring.values());
    },
  };
}

function upstreamsOf({ upstream, tenantUpstreams }: DialectConfig): unknown {
  return [upstream, tenantUpstreams];
}

/** Both are plain JSON. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
