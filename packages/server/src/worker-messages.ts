import type { MetricsSnapshot } from './metrics.ts';
import type { RunningServer } from './serve.ts';

/** From the primary process to a worker. */
export type ToWorker = { readonly kind: 'metrics'; readonly id: number } | { readonly kind: 'stop' };

/** From a worker to the primary process. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly listeners: RunningServer['listeners'] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot };

/** The environment variable in which a worker finds its configuration, as JSON. */
export const WORKER_CONFIG = 'CROSSGATE_WORKER_CONFIG';
