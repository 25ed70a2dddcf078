import { describe, expect, it } from 'vitest';
import { formatMetrics, newMetrics } from '../src/metrics.ts';

/** The value of each sample line of an exposition. */
function samples(text: string): Record<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('a counter', () => {
  it('counts for each combination of labels', () => {
    const metrics = newMetrics();
    const requests = metrics.counter('requests_total', 'Requests.', ['kind', 'outcome']);
    requests.increment('preflight', 'allowed');
    requests.increment('preflight', 'refused');
    requests.increment('preflight', 'allowed');
    expect(formatMetrics([metrics.snapshot()])).toBe(
      [
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{kind="preflight",outcome="allowed"} 2',
        'requests_total{kind="preflight",outcome="refused"} 1',
        '',
      ].join('\n'),
    );
  });

  it('has no braces when it has no labels', () => {
    const metrics = newMetrics();
    metrics.counter('starts_total', 'Starts.', []).increment();
    expect(samples(formatMetrics([metrics.snapshot()]))).toEqual({ starts_total: 1 });
  });

  it('begins at 0 for labels that are known', () => {
    const metrics = newMetrics();
    metrics.counter('reloads_total', 'Reloads.', ['result'], [['done'], ['refused']]).increment('refused');
    metrics.counter('starts_total', 'Starts.', [], [[]]);
    expect(samples(formatMetrics([metrics.snapshot()]))).toEqual({
      'reloads_total{result="done"}': 0,
      'reloads_total{result="refused"}': 1,
      starts_total: 0,
    });
  });

  it('is announced before it has counted anything', () => {
    const metrics = newMetrics();
    metrics.counter('requests_total', 'Requests.', ['kind']);
    expect(formatMetrics([metrics.snapshot()])).toBe(
      '# HELP requests_total Requests.\n# TYPE requests_total counter\n',
    );
  });
});

describe('a label value', () => {
  it.each([
    { name: 'a quote', value: 'a"b', written: 'a\\"b' },
    { name: 'a backslash', value: 'a\\b', written: 'a\\\\b' },
    { name: 'a line feed', value: 'a\nb', written: 'a\\nb' },
    { name: 'a backslash before an n', value: 'a\\nb', written: 'a\\\\nb' },
    { name: 'braces and commas', value: '{a,b="c"}', written: '{a,b=\\"c\\"}' },
  ])('with $name stays on its line and inside its quotes', ({ value, written }) => {
    const metrics = newMetrics();
    metrics.counter('requests_total', 'Requests.', ['reason']).increment(value);
    expect(Object.keys(samples(formatMetrics([metrics.snapshot()])))).toEqual([
      `requests_total{reason="${written}"}`,
    ]);
  });
});

describe('a histogram', () => {
  function bucketsOf(...observations: number[]): Record<string, number> {
    const metrics = newMetrics();
    const durations = metrics.histogram('duration_seconds', 'Time.', ['kind']);
    for (const seconds of observations) durations.of('data').observe(seconds);
    return samples(formatMetrics([metrics.snapshot()]));
  }

  it('counts an observation in every bucket that is large enough', () => {
    const counted = bucketsOf(0.0002, 0.002, 0.002);
    expect(counted).toMatchObject({
      'duration_seconds_bucket{kind="data",le="0.0001"}': 0,
      'duration_seconds_bucket{kind="data",le="0.00025"}': 1,
      'duration_seconds_bucket{kind="data",le="0.001"}': 1,
      'duration_seconds_bucket{kind="data",le="0.0025"}': 3,
      'duration_seconds_bucket{kind="data",le="5"}': 3,
      'duration_seconds_bucket{kind="data",le="+Inf"}': 3,
      'duration_seconds_count{kind="data"}': 3,
    });
    expect(counted['duration_seconds_sum{kind="data"}']).toBeCloseTo(0.0042, 9);
  });

  it('counts an observation on a limit as within it', () => {
    expect(bucketsOf(0.001)).toMatchObject({
      'duration_seconds_bucket{kind="data",le="0.0005"}': 0,
      'duration_seconds_bucket{kind="data",le="0.001"}': 1,
    });
  });

  it('counts what is above all limits in the last bucket alone', () => {
    expect(bucketsOf(60)).toMatchObject({
      'duration_seconds_bucket{kind="data",le="5"}': 0,
      'duration_seconds_bucket{kind="data",le="+Inf"}': 1,
    });
  });
});

describe(formatMetrics, () => {
  it('adds up what several processes counted, and announces each metric once', () => {
    const snapshots = [1, 2].map(times => {
      const metrics = newMetrics();
      const requests = metrics.counter('requests_total', 'Requests.', ['kind']);
      const durations = metrics.histogram('duration_seconds', 'Time.', []);
      for (let i = 0; i < times; i++) requests.increment('data');
      if (times === 2) requests.increment('policy');
      durations.of().observe(times);
      return metrics.snapshot();
    });
    const text = formatMetrics(snapshots);
    expect(samples(text)).toMatchObject({
      'requests_total{kind="data"}': 3,
      'requests_total{kind="policy"}': 1,
      'duration_seconds_bucket{le="1"}': 1,
      'duration_seconds_bucket{le="5"}': 2,
      duration_seconds_sum: 3,
      duration_seconds_count: 2,
    });
    expect(text.match(/^# TYPE /gm)).toHaveLength(2);
  });

  it('takes the snapshot that a worker sent as JSON', () => {
    const metrics = newMetrics();
    metrics.counter('requests_total', 'Requests.', ['kind']).increment('data');
    const received = JSON.parse(JSON.stringify(metrics.snapshot()));
    expect(formatMetrics([received])).toBe(formatMetrics([metrics.snapshot()]));
  });

  it('passes over a process that did not answer', () => {
    const metrics = newMetrics();
    metrics.counter('requests_total', 'Requests.', ['kind']).increment('data');
    expect(formatMetrics([[], metrics.snapshot()])).toBe(formatMetrics([metrics.snapshot()]));
  });

  it('does not change when it is asked again', () => {
    const metrics = newMetrics();
    metrics.counter('requests_total', 'Requests.', ['kind']).increment('data');
    const first = formatMetrics([metrics.snapshot(), metrics.snapshot()]);
    expect(formatMetrics([metrics.snapshot(), metrics.snapshot()])).toBe(first);
  });
});
