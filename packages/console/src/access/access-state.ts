import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { beginSession, endSession, getSession, type SessionSummary } from '../api/admin-api.ts';
import { type ApiResult, setLoggedIn } from '../api/admin-client.ts';

const current = signal<SessionSummary | undefined>(undefined);

/** Who is there; undefined until that is known. It stays when the session ends. */
export const session: ReadonlySignal<SessionSummary | undefined> = current;

/** Whether the role is enough to change policies. */
export const canChange: ReadonlySignal<boolean> = computed(() => current.value?.role !== 'read-only');

export async function loadSession(): Promise<void> {
  const found = await getSession();
  if (found.kind === 'ok') current.value = found.value;
}

export async function logIn(token: string): Promise<ApiResult<SessionSummary>> {
  // What is pasted has often a line break at its end.
  const result = await beginSession(token.trim());
  if (result.kind === 'ok') {
    current.value = result.value;
    setLoggedIn();
  }
  return result;
}

/** The page begins anew: nothing of what was shown is left in it, but for drafts. */
export async function logOut(): Promise<ApiResult<unknown>> {
  const result = await endSession();
  if (result.kind === 'ok') location.reload();
  return result;
}
