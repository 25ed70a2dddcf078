/** Ends a text that was cut. */
const CUT = '…';

/** The text, or its beginning: strangers choose what is kept of their requests, not how much. */
export function boundedText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A slice would keep the whole text in memory.
  return Buffer.from(text.slice(0, limit), 'utf16le').toString('utf16le') + CUT;
}

/** Whether `boundedText` with this limit left a text as it was. */
export function isWhole(text: string, limit: number): boolean {
  return text.length <= limit;
}
