import type { JSX } from 'preact';

/** A text of `@crossgate/core`, in which backticks stand around what is quoted. */
export function Marked({ text }: { readonly text: string }): JSX.Element {
  const parts = text.split('`');
  // One without a partner is itself.
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}
