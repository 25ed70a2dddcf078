import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { failureText } from '../notice.tsx';
import { sentence } from '../sentence.ts';
import { texts } from '../texts.ts';
import { logIn } from './access-state.ts';

/** Asks for a token. It is kept by whoever keeps passwords, not by the page. */
export function LogInForm({
  onDone,
  children,
}: {
  readonly onDone?: () => void;
  /** More buttons. */
  readonly children?: ComponentChildren;
}): JSX.Element {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState('');
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setFault('');
    const result = await logIn(token);
    setBusy(false);
    if (result.kind === 'ok') {
      setToken('');
      onDone?.();
      return;
    }
    setFault(result.kind === 'problem' ? sentence(result.message) : failureText(result));
    input.current?.focus();
    input.current?.select();
  };
  return (
    <form
      class="log-in"
      onSubmit={event => {
        event.preventDefault();
        if (!isBusy) void submit();
      }}
    >
      <input type="text" name="username" autocomplete="username" value={texts.product} readOnly hidden />
      <label for="token">{texts.access.token}</label>
      <input
        id="token"
        ref={input}
        type="password"
        name="password"
        autocomplete="current-password"
        required
        spellcheck={false}
        aria-describedby="token-help token-fault"
        aria-invalid={fault !== ''}
        value={token}
        onInput={({ currentTarget }) => setToken(currentTarget.value)}
      />
      <p class="help" id="token-help">
        {texts.access.tokenHelp}
      </p>
      <div role="alert" id="token-fault">
        {fault !== '' && <p class="fault">{fault}</p>}
      </div>
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          {texts.access.logIn}
        </button>
        {children}
      </div>
    </form>
  );
}
