const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const HOUR = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** The time of day alone, of what is less than a day away. */
export function hourText(instant: string): string {
  return HOUR.format(new Date(instant));
}

/** A time of the admin API, as the reader's browser writes times; the day only where it is not today. */
export function timeText(instant: string): string {
  const then = new Date(instant);
  const day = DAY.format(then);
  return day === DAY.format(new Date()) ? TIME.format(then) : `${day}, ${TIME.format(then)}`;
}
