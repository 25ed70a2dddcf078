import type { Answers, Question } from './observed/observed.ts';
import type { RunningServer } from './serve.ts';

/** From the primary process to a worker. */
export type ToWorker =
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  | { readonly kind: 'stop' };

/** From a worker to the primary process. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly listeners: RunningServer['listeners'] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[Question['kind']] };

/** The environment variable in which a worker finds its configuration, as JSON. */
export const WORKER_CONFIG = 'CROSSGATE_WORKER_CONFIG';
