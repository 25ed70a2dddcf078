const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A time of the admin API, as the reader's browser writes times. */
export function timeText(instant: string): string {
  return FORMAT.format(new Date(instant));
}
