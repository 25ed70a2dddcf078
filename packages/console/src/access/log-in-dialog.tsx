import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { needsLogIn, refusedCount } from '../api/admin-client.ts';
import { announce } from '../notice.tsx';
import { texts } from '../texts.ts';
import { session } from './access-state.ts';
import { LogInForm } from './log-in-form.tsx';

/**
 * Comes over the page when a session has ended, and leaves everything in it as it is. Who closes it finds a way back to it
 * above the page, and it comes again with the next thing that is not done.
 */
export function LogInDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const isNeeded = needsLogIn.value;
  useEffect(() => setOpen(needsLogIn.value), [refusedCount.value]);
  const isShown = isNeeded && isOpen;
  // Closed, and not only gone: the focus then goes back to where it was.
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  const { ended, endedHelp, again, notNow, loggedIn } = texts.access;
  return (
    <>
      {isNeeded && (
        <p class="banner bad logged-out">
          {endedHelp}{' '}
          <button type="button" onClick={() => setOpen(true)}>
            {again}
          </button>
        </p>
      )}
      <dialog ref={dialog} aria-labelledby="log-in-title" onClose={() => setOpen(false)}>
        <h2 id="log-in-title">{ended}</h2>
        <p>{endedHelp}</p>
        {isShown && (
          <LogInForm onDone={() => announce(loggedIn(session.value?.name ?? ''))}>
            <button type="button" onClick={() => setOpen(false)}>
              {notNow}
            </button>
          </LogInForm>
        )}
      </dialog>
    </>
  );
}
