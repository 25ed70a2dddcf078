import { EtcdError } from './etcd-error.ts';
import { pause } from './time-limit.ts';

/** How to ask several endpoints, and where to begin. */
export interface Asking {
  /** Of so many. */
  readonly endpoints: number;
  readonly first: number;
  /** How long an endpoint may say nothing before the next one is asked beside it. */
  readonly silenceMilliseconds: number;
  /** Rejects with an EtcdError. `isAgain` when another request is under way or has failed. */
  readonly send: (endpoint: number, isAgain: boolean, signal: AbortSignal) => Promise<unknown>;
}

export interface FirstAnswer {
  readonly answer: unknown;
  readonly endpoint: number;
  /** Whether the first endpoint had said nothing, not even that it failed. */
  readonly wasSilent: boolean;
}

type Attempt =
  | {
      readonly kind: 'answered';
      readonly number: number;
      readonly endpoint: number;
      readonly answer: unknown;
    }
  | { readonly kind: 'failed'; readonly number: number; readonly error: EtcdError };

/**
 * Asks one endpoint after the other, without waiting for those that are silent, round and round until the signal is
 * aborted. All other requests are aborted when one is answered.
 *
 * @throws EtcdError, when the signal is aborted, all endpoints have failed, or one has understood and refused
 */
export async function firstAnswer(asking: Asking, limited: AbortSignal): Promise<FirstAnswer> {
  const { endpoints, first, silenceMilliseconds, send } = asking;
  const ending = new AbortController();
  const end = (): void => ending.abort(limited.reason);
  limited.addEventListener('abort', end, { once: true });
  const underWay = new Set<Promise<Attempt>>();
  let failure = new EtcdError('unreachable', 'no member of etcd answers');
  let failures = 0;
  let isFirstSilent = true;

  function begin(number: number): void {
    const endpoint = (first + number) % endpoints;
    const attempt: Promise<Attempt> = send(endpoint, number > 0, ending.signal)
      .then(
        answer => ({ kind: 'answered' as const, number, endpoint, answer }),
        (error: unknown) => ({ kind: 'failed' as const, number, error: error as EtcdError }),
      )
      .finally(() => underWay.delete(attempt));
    underWay.add(attempt);
  }

  try {
    for (let number = 0; ; number++) {
      begin(number);
      const next = await Promise.race([...underWay, pause(silenceMilliseconds, ending.signal)]);
      if (limited.aborted) throw failure;
      if (typeof next === 'boolean') continue;
      if (next.kind === 'answered') {
        const { answer, endpoint } = next;
        return { answer, endpoint, wasSilent: next.number > 0 && isFirstSilent };
      }
      failure = next.error;
      failures += 1;
      if (next.number === 0) isFirstSilent = false;
      if (failure.kind === 'refused' || failure.kind === 'compacted') throw failure;
      if (failures > endpoints && underWay.size === 0) throw failure;
    }
  } finally {
    limited.removeEventListener('abort', end);
    ending.abort();
  }
}
