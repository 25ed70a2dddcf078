/** Prometheus counters, gauges and histograms, with text exposition (format 0.0.4) and addition over processes. */
export interface Metrics {
  /**
   * `known` are the labels of samples that are there with 0 from the beginning. Of one that is not, Prometheus does not see
   * the first increase.
   */
  readonly counter: (
    name: string,
    help: string,
    labelNames: readonly string[],
    known?: readonly (readonly string[])[],
  ) => Counter;
  readonly histogram: (name: string, help: string, labelNames: readonly string[]) => Histogram;
  /** `read` is asked for each snapshot; there is no sample when it has no answer. */
  readonly gauge: (name: string, help: string, read: () => number | undefined) => void;
  /** What has been counted so far, as plain data that another process can add up. */
  readonly snapshot: () => MetricsSnapshot;
}

export interface Counter {
  readonly increment: (...labels: string[]) => void;
  /** What counts for these labels, for those that are counted all the time. */
  readonly of: (...labels: string[]) => { readonly increment: () => void };
}

export interface Histogram {
  /** What observes for these labels. */
  readonly of: (...labels: string[]) => { readonly observe: (seconds: number) => void };
}

export type MetricsSnapshot = readonly MetricSnapshot[];

interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Sample lines: name and labels as they are exposed, and the value. */
  readonly samples: readonly (readonly [line: string, value: number])[];
}

const BUCKETS_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export function newMetrics(): Metrics {
  const collectors: (() => MetricSnapshot)[] = [];
  return {
    counter: (name, help, labelNames, known = []) => {
      const series = openSeries(labels => ({ line: name + formatLabels(labelNames, labels), count: 0 }));
      for (const labels of known) series.of(labels);
      collectors.push(() => ({
        name,
        help,
        type: 'counter',
        samples: series.all.map(({ line, count }) => [line, count]),
      }));
      return {
        increment: (...labels) => {
          series.of(labels).count += 1;
        },
        of: (...labels) => {
          const entry = series.of(labels);
          return {
            increment: () => {
              entry.count += 1;
            },
          };
        },
      };
    },
    histogram: (name, help, labelNames) => {
      const series = openSeries(labels => ({
        labels,
        counts: new Array<number>(BUCKETS_SECONDS.length + 1).fill(0),
        sum: 0,
      }));
      collectors.push(() => ({
        name,
        help,
        type: 'histogram',
        samples: series.all.flatMap(({ labels, counts, sum }) =>
          histogramSamples(name, labelNames, labels, counts, sum),
        ),
      }));
      return {
        of: (...labels) => {
          const entry = series.of(labels);
          return {
            observe: seconds => {
              const bucket = bucketOf(seconds);
              entry.counts[bucket] = (entry.counts[bucket] ?? 0) + 1;
              entry.sum += seconds;
            },
          };
        },
      };
    },
    gauge: (name, help, read) => {
      collectors.push(() => {
        const value = read();
        return { name, help, type: 'gauge', samples: value === undefined ? [] : [[name, value]] };
      });
    },
    snapshot: () => collectors.map(collect => collect()),
  };
}

/** What is counted apart for each combination of labels. */
interface Series<Entry> {
  /** Always with the same number of labels. */
  readonly of: (labels: readonly string[]) => Entry;
  readonly all: readonly Entry[];
}

interface Branch<Entry> {
  readonly branches: Map<string, Branch<Entry>>;
  entry: Entry | undefined;
}

/** Found label by label: a text made of all of them would cost more than the counting. */
function openSeries<Entry>(create: (labels: readonly string[]) => Entry): Series<Entry> {
  const all: Entry[] = [];
  const root: Branch<Entry> = { branches: new Map(), entry: undefined };
  return {
    all,
    of: labels => {
      let branch = root;
      for (const label of labels) {
        let next = branch.branches.get(label);
        if (!next) {
          next = { branches: new Map(), entry: undefined };
          branch.branches.set(label, next);
        }
        branch = next;
      }
      if (branch.entry === undefined) {
        branch.entry = create(labels);
        all.push(branch.entry);
      }
      return branch.entry;
    },
  };
}

/** Which bucket a time falls into; the last one has no limit. */
function bucketOf(seconds: number): number {
  let bucket = 0;
  while (seconds > (BUCKETS_SECONDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
  return bucket;
}

function histogramSamples(
  name: string,
  labelNames: readonly string[],
  labels: readonly string[],
  counts: readonly number[],
  sum: number,
): [string, number][] {
  const samples: [string, number][] = [];
  let total = 0;
  counts.forEach((count, index) => {
    total += count;
    const limit = BUCKETS_SECONDS[index];
    const bucket = limit === undefined ? '+Inf' : String(limit);
    samples.push([`${name}_bucket${formatLabels([...labelNames, 'le'], [...labels, bucket])}`, total]);
  });
  const labelText = formatLabels(labelNames, labels);
  samples.push([`${name}_sum${labelText}`, sum], [`${name}_count${labelText}`, total]);
  return samples;
}

function formatLabels(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, i) => `${name}="${escapeLabel(values[i] ?? '')}"`).join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, character => (character === '\n' ? '\\n' : `\\${character}`));
}

/** Several processes' snapshots as one exposition, equal samples added up. */
export function formatMetrics(snapshots: readonly MetricsSnapshot[]): string {
  const metrics = new Map<string, MetricSnapshot & { readonly values: Map<string, number> }>();
  for (const metric of snapshots.flat()) {
    const known = metrics.get(metric.name) ?? { ...metric, values: new Map<string, number>() };
    for (const [line, value] of metric.samples) known.values.set(line, (known.values.get(line) ?? 0) + value);
    metrics.set(metric.name, known);
  }
  let text = '';
  for (const { name, help, type, values } of metrics.values()) {
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [line, value] of values) text += `${line} ${value}\n`;
  }
  return text;
}
