import type { TenantKey } from '@crossgate/policy-store';
import { type Metrics, type MetricsSnapshot, newMetrics } from '../metrics.ts';
import type { CandidateTenants } from './candidate-tenants.ts';
import { openRefusals, type Refusal, type RefusalQuery, type Refusals } from './refusals.ts';
import type { ReportOnly, ReportOnlyCounts } from './report-only.ts';
import { openTraffic, type TenantTraffic, type Traffic } from './traffic.ts';

/** What a process that serves knows of the requests that it has answered. */
export interface Observed {
  readonly metrics: Metrics;
  readonly refusals: Refusals;
  readonly traffic: Traffic;
  /** By dialect: entered when its listener opens. */
  readonly candidates: Map<string, ObservedCandidates>;
}

export interface ObservedCandidates {
  readonly tenants: CandidateTenants;
  readonly reportOnly: ReportOnly;
}

export function newObserved(): Observed {
  return { metrics: newMetrics(), refusals: openRefusals(), traffic: openTraffic(), candidates: new Map() };
}

/** What the admin API asks of every process that serves. */
export type Question =
  | { readonly kind: 'metrics' }
  | { readonly kind: 'refusals'; readonly query: RefusalQuery }
  | { readonly kind: 'traffic' }
  | { readonly kind: 'report-only'; readonly key: TenantKey }
  /** After a candidate has changed: whoever has answered evaluates what comes next by the new one. */
  | { readonly kind: 'reload-candidates'; readonly dialect: string };

export interface Answers {
  readonly metrics: MetricsSnapshot;
  readonly refusals: readonly Refusal[];
  readonly traffic: readonly TenantTraffic[];
  /** Null when nothing was evaluated. */
  readonly 'report-only': ReportOnlyCounts | null;
  readonly 'reload-candidates': null;
}

/** Asks all processes that serve, and gives what those have answered that are alive. */
export type Ask = <Kind extends Question['kind']>(
  question: Extract<Question, { readonly kind: Kind }>,
) => Promise<readonly Answers[Kind][]>;

/** The answer of one process, of the type that {@link Answers} has for the question. */
export function answerQuestion(observed: Observed, question: Question): Answers[Question['kind']] {
  switch (question.kind) {
    case 'metrics':
      return observed.metrics.snapshot();
    case 'refusals':
      return observed.refusals.list(question.query);
    case 'traffic':
      return observed.traffic.list();
    case 'report-only': {
      const { dialect, tenant } = question.key;
      return observed.candidates.get(dialect)?.reportOnly.counts(tenant) ?? null;
    }
    case 'reload-candidates':
      observed.candidates.get(question.dialect)?.tenants.reload();
      return null;
    default:
      return question satisfies never;
  }
}
