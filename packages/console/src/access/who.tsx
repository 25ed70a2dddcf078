import type { JSX } from 'preact';
import { needsLogIn } from '../api/admin-client.ts';
import { announceFailure } from '../notice.tsx';
import { texts } from '../texts.ts';
import { hourText } from '../time-text.ts';
import { logOut, session } from './access-state.ts';

/** Who is logged in, and the way out; nothing where nobody has to be. */
export function Who(): JSX.Element | null {
  const { value } = session;
  if (value?.access !== 'token' || needsLogIn.value) return null;
  const { name, role, endsAt } = value;
  const leave = async (): Promise<void> => {
    const result = await logOut();
    if (result.kind !== 'ok') announceFailure(result);
  };
  return (
    <div class="who">
      <span>
        {texts.access.who(name ?? '')} <span class="tag">{role}</span>{' '}
        {endsAt !== null && <span class="help">{texts.access.until(hourText(endsAt))}</span>}
      </span>
      <button type="button" onClick={() => void leave()}>
        {texts.access.logOut}
      </button>
    </div>
  );
}
