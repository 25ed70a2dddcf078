import type { Policy } from '@crossgate/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Service, writeDocument } from '../api/admin-api.ts';
import { connection } from '../api/admin-client.ts';
import { CopyButton } from '../copy-button.tsx';
import { failureText } from '../notice.tsx';
import { ScrolledText } from '../scrolled-text.tsx';
import { texts } from '../texts.ts';

/** The policy as the service's own clients write it, to copy. Asked for only where somebody opens it. */
export function DocumentView({
  service,
  policy,
  hasErrors,
}: {
  readonly service: Service;
  readonly policy: Policy;
  readonly hasErrors: boolean;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="document" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{texts.rules.document}</summary>
      {isOpen &&
        (hasErrors ? <p>{texts.rules.documentErrors}</p> : <Document service={service} policy={policy} />)}
    </details>
  );
}

const PAUSE_MS = 200;

function Document({ service, policy }: { readonly service: Service; readonly policy: Policy }): JSX.Element {
  const neutral = JSON.stringify(policy, undefined, 2);
  const { dialect, hasDocument } = service;
  const [text, setText] = useState(hasDocument ? '' : neutral);
  useEffect(() => {
    if (!hasDocument) {
      setText(neutral);
      return;
    }
    let isCurrent = true;
    const write = async (): Promise<void> => {
      const result = await writeDocument(dialect, JSON.parse(neutral) as Policy);
      if (!isCurrent) return;
      if (result.kind === 'ok') setText(result.value.document ?? neutral);
      else setText(failureText(result));
    };
    const timer = setTimeout(() => void write(), PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [dialect, hasDocument, neutral, connection.value]);
  return (
    <>
      <p class="help">{hasDocument ? texts.rules.documentHelp : texts.rules.neutral}</p>
      <ScrolledText label={texts.rules.document} text={text} />
      <CopyButton text={() => text} />
    </>
  );
}
