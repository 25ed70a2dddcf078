/** Runs an action with a signal that is aborted when the given one is, and after some time. */
export async function withTimeLimit<Result>(
  signal: AbortSignal,
  milliseconds: number,
  action: (limited: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // `AbortSignal.any` would do, but for what it leaves behind at a signal that lives long.
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  const expire = (): void => controller.abort(new Error(`there was no answer for ${milliseconds} ms`));
  const timer = setTimeout(expire, milliseconds);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Waits. False when the signal was aborted before the time was over. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise(resolve => {
    const onAbort = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
