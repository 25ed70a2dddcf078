const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** A time of the admin API, as the reader's browser writes times; the day only where it is not today. */
export function timeText(instant: string): string {
  const then = new Date(instant);
  const day = DAY.format(then);
  return day === DAY.format(new Date()) ? TIME.format(then) : `${day}, ${TIME.format(then)}`;
}
