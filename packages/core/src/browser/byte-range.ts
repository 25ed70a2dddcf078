/**
 * Whether a `Range` value is one range with a start, without blanks: `bytes=0-`, `bytes=0-499` (Fetch, "parse a
 * single range header value", and the step of the safelist that asks for a start). The end is not before the start.
 */
export function isSingleRangeWithStart(value: string): boolean {
  const digits = /^bytes=([0-9]+)-([0-9]*)$/.exec(value);
  if (!digits) return false;
  const [, start = '', end = ''] = digits;
  return end === '' || BigInt(start) <= BigInt(end);
}
