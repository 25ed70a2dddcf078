import type { JSX } from 'preact';
import { announce } from './notice.tsx';
import { texts } from './texts.ts';

export function CopyButton({
  label,
  text,
}: {
  readonly label?: string;
  readonly text: () => string;
}): JSX.Element {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      announce(texts.copied);
    } catch (error) {
      announce(texts.failed(error instanceof Error ? error.message : String(error)));
    }
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {label ?? texts.copy}
    </button>
  );
}
