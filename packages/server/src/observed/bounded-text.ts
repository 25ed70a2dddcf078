/** Ends a text that was cut. */
const CUT = '...';

/**
 * The text, or its beginning: strangers choose what is kept of their requests, not how much.
 *
 * @param text as it came off the wire, one character a byte
 */
export function boundedText(text: string, limit: number): string {
  if (isWhole(text, limit)) return text;
  // A slice would keep the whole text in memory.
  return Buffer.from(text.slice(0, limit), 'latin1').toString('latin1') + CUT;
}

/** Whether `boundedText` with this limit leaves a text as it is. */
export function isWhole(text: string, limit: number): boolean {
  return text.length <= limit;
}
