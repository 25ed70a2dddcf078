import { useEffect, useState } from 'preact/hooks';
import { type ApiResult, connection, needsLogIn } from '../api/admin-client.ts';

/** The newest answer, asked for again and again while the page is seen and somebody is logged in. An answer that fails leaves the one before. */
export function usePolled<Value>(
  ask: () => Promise<ApiResult<Value>>,
  intervalMs: number,
  key: string,
): { readonly result: ApiResult<Value> | undefined; readonly reload: () => void } {
  const [result, setResult] = useState<ApiResult<Value>>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isCurrent = true;
    const next = async (): Promise<void> => {
      if (!document.hidden && !needsLogIn.value) {
        const answer = await ask();
        if (!isCurrent) return;
        if (answer.kind !== 'offline') setResult(answer);
      }
      timer = setTimeout(() => void next(), intervalMs);
    };
    void next();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, intervalMs, turn, connection.value]);
  return { result, reload: () => setTurn(turn + 1) };
}
