/** A time as the API tells it (RFC 3339), from milliseconds since the epoch. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
