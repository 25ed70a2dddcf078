import type { Answers, Question } from './observed/observed.ts';
import type { RunningServer } from './serve.ts';
import type { ServeConfig } from './serve-config.ts';

/** From the primary process to a worker. */
export type ToWorker =
  /** What it serves by, when it has said that it has started. */
  | { readonly kind: 'serve'; readonly config: ServeConfig }
  /** A configuration to be taken over. */
  | { readonly kind: 'reload'; readonly id: number; readonly config: ServeConfig }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  | { readonly kind: 'stop' };

/** From a worker to the primary process. */
export type FromWorker =
  /** It waits for its configuration. */
  | { readonly kind: 'started' }
  | { readonly kind: 'ready'; readonly listeners: RunningServer['listeners'] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'reloaded'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[Question['kind']] };
