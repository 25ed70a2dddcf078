import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { getMetrics, getReadiness } from '../api/admin-api.ts';
import { texts } from '../texts.ts';
import { parseExposition } from './exposition.ts';
import { LatencyPlot, RatePlot, SharesPlot, secondsText } from './plots.tsx';
import { usePolled } from './poll.ts';
import { quantileOf, ratesOf, type Traffic, trafficOf } from './traffic.ts';

const INTERVAL_MS = 2_000;
const KEPT = 61;

/** Rates, outcomes, latency and health, as they come in. */
export function TrafficView({ dialect }: { readonly dialect?: string }): JSX.Element {
  const readings = useReadings(dialect);
  const ready = usePolled(getReadiness, INTERVAL_MS, 'ready').result;
  const latest = readings.at(-1);
  const { collecting, preflights, refused, since, health, ready: readyText, notReady } = texts.live;
  return (
    <>
      <section aria-labelledby="health-title">
        <h3 id="health-title">{health}</h3>
        {ready && (
          <p>
            <span class={`dot ${ready.kind === 'ok' ? 'good' : 'bad'}`} aria-hidden="true" />{' '}
            {ready.kind === 'ok' ? readyText : notReady}
          </p>
        )}
      </section>
      {readings.length < 2 && <p class="help">{collecting}</p>}
      <div class="plots">
        <RatePlot title={preflights} rates={ratesOf(readings, each => each.preflights)} capacity={KEPT - 1} />
        <RatePlot title={refused} rates={ratesOf(readings, each => each.refusals)} capacity={KEPT - 1} />
        {latest && <SharesPlot outcomes={latest.outcomes} />}
        {[...(latest?.latencies ?? [])].map(([kind, buckets]) => (
          <LatencyPlot
            key={kind}
            kind={kind}
            buckets={buckets}
            summary={texts.live.quantiles(
              secondsText(quantileOf(buckets, 0.5) ?? 0),
              secondsText(quantileOf(buckets, 0.99) ?? 0),
            )}
          />
        ))}
      </div>
      <p class="help">{since(((KEPT - 1) * INTERVAL_MS) / 1000)}</p>
    </>
  );
}

function useReadings(dialect: string | undefined): readonly Traffic[] {
  const [readings, setReadings] = useState<readonly Traffic[]>([]);
  const { result } = usePolled(getMetrics, INTERVAL_MS, 'metrics');
  useEffect(() => {
    if (result?.kind !== 'ok') return;
    const reading = trafficOf(parseExposition(result.value), Date.now(), dialect);
    setReadings(before => [...before, reading].slice(-KEPT));
  }, [result, dialect]);
  return readings;
}
