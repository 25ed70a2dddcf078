import cluster from 'node:cluster';
import { DIALECTS, type Dialect } from '@crossgate/dialects';
import type { Logger } from 'pino';
import { type Access, accessOf } from './admin/access/access.ts';
import { type AdminParts, adminRequestSeconds, createAdminServer } from './admin/admin-server.ts';
import { openConsoleFiles } from './admin/console-files.ts';
import { measureExpiry } from './certificate-expiry.ts';
import { keepGarbageYoung } from './collector.ts';
import { lockDataDirectory } from './data-lock.ts';
import { type DialectListener, openDialectListeners } from './dialect-listeners.ts';
import { GRACE_MS } from './graceful-close.ts';
import { changeLimits, listen } from './listener.ts';
import { isLoopback } from './loopback.ts';
import { formatMetrics, newMetrics } from './metrics.ts';
import { type Answers, type Ask, answerQuestion, newObserved, type Question } from './observed/observed.ts';
import { measureReplica } from './policies.ts';
import { openReload, type Reload } from './reload.ts';
import { chosenDialect, type ServeConfig } from './serve-config.ts';
import { openStores, type Stores } from './stores.ts';
import { logHandshakes, showCertificate } from './web-server.ts';
import { openWorkers } from './workers.ts';

/** A server that answers. */
export interface RunningServer {
  /** `host:port` of the admin API. */
  readonly adminAddress: string;
  /** The same with `http` or `https` before it. */
  readonly adminOrigin: string;
  readonly listeners: readonly Pick<DialectListener, 'dialect' | 'address' | 'origin' | 'port'>[];
  /**
   * Takes over another configuration without a request lost: credentials, upstreams, certificates, limits, the level of
   * the log. Refuses it where it has mistakes, or changes what cannot change, and says so in the log.
   */
  readonly reload: Reload;
  /** Finishes what is in flight, within 10 s for the services, then for the admin API, and closes the stores. Once is enough. */
  readonly close: () => Promise<void>;
}

/**
 * Opens stores, services and the admin API. When one cannot be opened, everything is closed again. For a process that does
 * nothing else: V8's collector is set for it, see `keepGarbageYoung`.
 */
export async function serve(config: ServeConfig, log: Logger): Promise<RunningServer> {
  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) {
      try {
        await close();
      } catch (error) {
        // What is open beside it is closed all the same.
        log.error({ err: error }, 'something could not be closed');
      }
    }
  };
  keepGarbageYoung();
  try {
    closers.push(lockDataDirectory(config.dataDirectory));
    const stores = await openStores(config, { recover: true }, log);
    closers.push(stores.close, cleanUpHourly(stores, log));
    const { listeners, ask, metrics, ready, takeOver, close } =
      config.workers > 1 && cluster.isPrimary
        ? await openWorkers(withoutTokens(config), log)
        : await openInProcess(config, stores, log);
    const { replicaStatus } = stores;
    let access: Access = accessOf(config.admin);
    const ownMetrics = newMetrics();
    if (replicaStatus) measureReplica(ownMetrics, replicaStatus);
    const expiry = measureExpiry(ownMetrics, config);
    const parts: AdminParts = {
      policies: stores.policies,
      dataApis: stores.dataApis,
      dialects: dialectsAsRead(config),
      listeners,
      console: openConsoleFiles(),
      ask,
      metrics: async () => formatMetrics([...(await metrics()), ownMetrics.snapshot()]),
      ready: () => ready() && replicaStatus?.().isReady !== false,
      access: () => access,
      limits: config.limits,
      log,
    };
    const admin = createAdminServer(parts, config.tls);
    logHandshakes(admin, log);
    const { host, port } = config.admin;
    const adminListener = await listen(admin, host, port).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    warnOfPlainTokens(config, log);
    // Until the services are closed, the admin API tells that they are not ready.
    closers.push(() => adminListener.close(GRACE_MS), close);
    let closing: Promise<void> | undefined;
    const takeOverAll = async (next: ServeConfig): Promise<void> => {
      if (next.tls) showCertificate(admin, next.tls);
      expiry.replace(next);
      changeLimits(admin, next.limits, adminRequestSeconds(next.limits));
      access = accessOf(next.admin);
      await takeOver(withoutTokens(next));
    };
    return {
      adminAddress: adminListener.address,
      adminOrigin: adminListener.origin,
      listeners,
      reload: openReload(config, takeOverAll, ownMetrics, log),
      close: () => {
        closing ??= closeAll();
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** The admin API is answered by this process alone. */
function withoutTokens(config: ServeConfig): ServeConfig {
  return { ...config, admin: { ...config.admin, tokens: [] } };
}

function warnOfPlainTokens({ admin: { host }, tls }: ServeConfig, log: Logger): void {
  if (tls || isLoopback(host)) return;
  log.warn(
    { host },
    'admin tokens and sessions travel over plain HTTP: whoever can listen in can use them; give the server a certificate (tls), or a network that nobody else is in',
  );
}

const HOUR_MS = 60 * 60 * 1000;

/** Clears away abandoned uploads now and then. Gives what stops it. */
function cleanUpHourly(stores: Stores, log: Logger): () => Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  const cleanUp = (): void => {
    underWay = stores.removeAbandoned(Date.now()).catch((error: unknown) => {
      log.error({ err: error }, 'abandoned uploads could not be removed');
    });
  };
  cleanUp();
  const timer = setInterval(cleanUp, HOUR_MS);
  return () => {
    clearInterval(timer);
    return underWay;
  };
}

/** All dialects, those that are served as they are read here. */
function dialectsAsRead({ dialects }: ServeConfig): readonly Dialect[] {
  return DIALECTS.map(dialect => {
    const config = dialects[dialect.id];
    return config ? chosenDialect(dialect, config) : dialect;
  });
}

/** What serves requests: this process, or others. */
export interface Serving {
  readonly listeners: RunningServer['listeners'];
  readonly ask: Ask;
  /** Of all processes, also of those that are gone. */
  readonly metrics: () => Promise<Parameters<typeof formatMetrics>[0]>;
  /** Whether every listener takes requests now. */
  readonly ready: () => boolean;
  /** What can change while it runs. */
  readonly takeOver: (config: ServeConfig) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openInProcess(config: ServeConfig, stores: Stores, log: Logger): Promise<Serving> {
  const observed = newObserved();
  const listeners = await openDialectListeners(config, stores, observed, log);
  let open = true;
  return {
    listeners,
    ask: async <Kind extends keyof Answers>(question: Extract<Question, { readonly kind: Kind }>) => [
      answerQuestion(observed, question) as Answers[Kind],
    ],
    metrics: () => Promise.resolve([observed.metrics.snapshot()]),
    ready: () => open,
    takeOver: async next => {
      for (const listener of listeners) listener.reload(next);
    },
    close: async () => {
      open = false;
      await Promise.all(listeners.map(listener => listener.close(GRACE_MS)));
    },
  };
}
