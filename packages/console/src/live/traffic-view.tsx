import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { getMetrics, getReadiness } from '../api/admin-api.ts';
import { texts } from '../texts.ts';
import { parseExposition, type Sample } from './exposition.ts';
import { LatencyPlot, RatePlot, SharesPlot, secondsText } from './plots.tsx';
import { usePolled } from './poll.ts';
import { replicaIn } from './replica.ts';
import { quantileOf, ratesOf, type Traffic, trafficOf } from './traffic.ts';

const INTERVAL_MS = 2_000;
const KEPT = 61;
/** So long a store may be silent before somebody should look. */
const LATE_SECONDS = 30;

/** Rates, outcomes, latency and health, as they come in. */
export function TrafficView({ dialect }: { readonly dialect?: string }): JSX.Element {
  const metrics = usePolled(getMetrics, INTERVAL_MS, 'metrics').result;
  const samples = useMemo(
    () => (metrics?.kind === 'ok' ? parseExposition(metrics.value) : undefined),
    [metrics],
  );
  const readings = useReadings(samples, dialect);
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
        {samples && <ReplicaHealth samples={samples} />}
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

function useReadings(
  samples: readonly Sample[] | undefined,
  dialect: string | undefined,
): readonly Traffic[] {
  const [readings, setReadings] = useState<readonly Traffic[]>([]);
  useEffect(() => {
    if (!samples) return;
    const reading = trafficOf(samples, Date.now(), dialect);
    setReadings(before => [...before, reading].slice(-KEPT));
  }, [samples, dialect]);
  return readings;
}

/** Of the policies, where they come from a store of several machines. */
function ReplicaHealth({ samples }: { readonly samples: readonly Sample[] }): JSX.Element | null {
  const replica = replicaIn(samples);
  if (!replica) return null;
  const { isReady, lagRevisions, secondsSinceContact } = replica;
  const isWell = isReady && secondsSinceContact < LATE_SECONDS;
  return (
    <p>
      <span class={`dot ${isWell ? 'good' : 'bad'}`} aria-hidden="true" />{' '}
      {isReady ? texts.live.replica(lagRevisions, Math.round(secondsSinceContact)) : texts.live.replicaEmpty}
    </p>
  );
}
