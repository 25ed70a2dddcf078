import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import type { Bucket } from './traffic.ts';

const WIDTH = 300;
const HEIGHT = 72;

/** A line over time; the newest value is at the right. */
export function RatePlot({
  title,
  rates,
  capacity,
}: {
  readonly title: string;
  readonly rates: readonly number[];
  /** How many values there is room for. */
  readonly capacity: number;
}): JSX.Element {
  const highest = Math.max(...rates, 0);
  const now = rateText(rates.at(-1) ?? 0);
  const top = niceAbove(highest);
  const x = (i: number): number => WIDTH - ((rates.length - 1 - i) * WIDTH) / (capacity - 1);
  const y = (rate: number): number => HEIGHT - (rate / top) * (HEIGHT - 4);
  const points = rates.map((rate, i) => `${x(i).toFixed(1)},${y(rate).toFixed(1)}`);
  const label = `${title}: ${texts.live.now(now)}, ${texts.live.peak(rateText(highest))}`;
  return (
    <figure class="plot">
      <figcaption>
        {title} <strong>{now}</strong>
      </figcaption>
      <svg role="img" aria-label={label} viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none">
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <line class="grid" x1="0" x2={WIDTH} y1={y(top)} y2={y(top)} />
        {points.length > 1 && (
          <>
            <polygon
              class="area"
              points={`${x(0).toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`}
            />
            <polyline class="line" points={points.join(' ')} />
          </>
        )}
      </svg>
      <p class="help">{texts.live.peak(rateText(highest))}</p>
    </figure>
  );
}

/** 1, 2 or 5 of a power of ten. */
function niceAbove(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find(step => step * power >= value) ?? 10) * power;
}

function rateText(rate: number): string {
  return rate.toLocaleString(undefined, { maximumFractionDigits: rate < 10 ? 1 : 0 });
}

/** Outcomes as one bar, with what it says beside it as a table. */
export function SharesPlot({ outcomes }: { readonly outcomes: ReadonlyMap<string, number> }): JSX.Element {
  const all = [...outcomes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const { shares, noRequests, outcome: outcomeColumn, count: countColumn, share: shareColumn } = texts.live;
  const share = (count: number): string =>
    (count / total).toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 1 });
  let from = 0;
  return (
    <figure class="plot">
      <figcaption>{shares}</figcaption>
      {total === 0 ? (
        <p class="help">{noRequests}</p>
      ) : (
        <>
          <svg class="bar" aria-hidden="true" viewBox="0 0 300 14" preserveAspectRatio="none">
            {all.map(([name, count]) => {
              const width = (count / total) * 300;
              const rect = (
                <rect key={name} class={`outcome ${name}`} x={from} y="0" width={width} height="14" />
              );
              from += width;
              return rect;
            })}
          </svg>
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">{outcomeColumn}</th>
                <th scope="col">{countColumn}</th>
                <th scope="col">{shareColumn}</th>
              </tr>
            </thead>
            <tbody>
              {all.map(([name, count]) => (
                <tr key={name}>
                  <th scope="row">
                    <span class={`swatch ${name}`} aria-hidden="true" /> {name}
                  </th>
                  <td>{count.toLocaleString()}</td>
                  <td>{share(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </figure>
  );
}

/** How many requests took how long. */
export function LatencyPlot({
  kind,
  buckets,
  summary,
}: {
  readonly kind: string;
  readonly buckets: readonly Bucket[];
  readonly summary: string;
}): JSX.Element {
  const highest = Math.max(...buckets.map(({ count }) => count), 1);
  const width = WIDTH / Math.max(buckets.length, 1);
  const title = texts.live.latencyOf(kind);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <svg
        role="img"
        aria-label={`${title}. ${summary}`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {buckets.map(({ upToSeconds, count }, i) => {
          const height = (count / highest) * (HEIGHT - 4);
          return (
            <rect
              key={upToSeconds}
              class="column"
              x={i * width + 1}
              y={HEIGHT - height}
              width={width - 2}
              height={height}
            />
          );
        })}
      </svg>
      <p class="help">{summary}</p>
      <details>
        <summary>{texts.live.table}</summary>
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{texts.live.upTo}</th>
              <th scope="col">{texts.live.count}</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ upToSeconds, count }) => (
              <tr key={upToSeconds}>
                <th scope="row">{secondsText(upToSeconds)}</th>
                <td>{count.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

export function secondsText(seconds: number): string {
  if (seconds === Infinity) return texts.live.longer;
  return seconds < 1 ? `${(seconds * 1000).toLocaleString()} ms` : `${seconds.toLocaleString()} s`;
}
