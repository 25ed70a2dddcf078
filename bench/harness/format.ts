import type { Fact } from './measurement.ts';
import { isWide, type Spread } from './statistics.ts';
import type { Target } from './targets.ts';

/** With three digits that count: `0.98`, `12.4`, `1234`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** Operations per second. */
export function formatRate(value: number): string {
  if (value >= 1e6) return `${formatNumber(value / 1e6)} M`;
  if (value >= 1e3) return `${formatNumber(value / 1e3)} k`;
  return formatNumber(value);
}

export function formatValue(value: number, unit: Fact['unit'] | Target['unit']): string {
  switch (unit) {
    case 'times':
      return `${formatNumber(value)} x`;
    case 'bytes':
      return `${formatNumber(value / 1024 ** 2)} MiB`;
    case 'milliseconds':
      return `${formatNumber(value)} ms`;
    case 'microseconds':
      return `${formatNumber(value)} us`;
    default:
      return unit satisfies never;
  }
}

/** A duration. */
export function formatNanoseconds(nanoseconds: number): string {
  if (nanoseconds >= 1e6) return `${formatNumber(nanoseconds / 1e6)} ms`;
  if (nanoseconds >= 1e3) return `${formatNumber(nanoseconds / 1e3)} us`;
  return `${formatNumber(nanoseconds)} ns`;
}

/** `12.4 k (12.1 - 12.6)`, and a `!` when the spread is wide. */
export function formatSpread(spread: Spread, format: (value: number) => string): string {
  const { median } = spread;
  const ends = [spread.low, spread.high].map(value => format(value).replace(/ x$/, ''));
  return `${format(median)} (${ends.join(' - ')})${isWide(spread) ? ' !' : ''}`;
}
