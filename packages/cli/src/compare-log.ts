import {
  type ActualDecision,
  admits,
  type ComparedHeader,
  type CompiledPolicy,
  type DecisionJson,
  decideActual,
  decidePreflight,
  decisionJson,
  type PreflightDecision,
} from '@crossgate/core';
import { headerNames, type RecordedRequest, type RecordedRequests } from './recorded-requests.ts';

/** A recorded request that two policies do not answer alike. */
export interface ChangedRecord {
  readonly record: RecordedRequest;
  readonly change: 'let-in' | 'shut-out' | 'answered-differently';
  readonly old: Decision;
  readonly new: Decision;
}

type Decision = PreflightDecision | ActualDecision;

/** What `compare` looks at, so that both tell the same of a request. */
const COMPARED: readonly ComparedHeader[] = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Max-Age',
  'Access-Control-Expose-Headers',
];

/** The recorded requests that a new policy admits or shuts out, or answers otherwise; see `compare` for what counts. */
export function changedRecords(
  { requests }: RecordedRequests,
  old: CompiledPolicy,
  now: CompiledPolicy,
): readonly ChangedRecord[] {
  return requests.flatMap((record): readonly ChangedRecord[] => {
    const before = decide(old, record);
    const after = decide(now, record);
    const change = changeOf(before, after);
    return change ? [{ record, change, old: before.decision, new: after.decision }] : [];
  });
}

interface Judged {
  readonly decision: Decision;
  readonly isAdmitted: boolean;
}

function decide(policy: CompiledPolicy, record: RecordedRequest): Judged {
  if (record.kind === 'actual') {
    const decision = decideActual(policy, record.request);
    return { decision, isAdmitted: decision.kind === 'allowed' };
  }
  const { origin, requestMethod: method, requestHeaders } = record.request;
  const decision = decidePreflight(policy, record.request);
  const headers = headerNames(requestHeaders).map(name => name.toLowerCase());
  return {
    decision,
    isAdmitted: origin !== undefined && method !== undefined && admits(policy, { origin, method, headers }),
  };
}

function changeOf(before: Judged, after: Judged): ChangedRecord['change'] | undefined {
  if (before.isAdmitted !== after.isAdmitted) return after.isAdmitted ? 'let-in' : 'shut-out';
  if (!before.isAdmitted) return undefined;
  return COMPARED.some(name => answered(before, name) !== answered(after, name))
    ? 'answered-differently'
    : undefined;
}

function answered({ decision }: Judged, header: ComparedHeader): string | undefined {
  if (decision.kind === 'not-a-preflight') return undefined;
  return decision.headers.find(([name]) => name === header)?.[1];
}

/** What `crossgate compare --log --json` adds. */
export interface ChangedRecordsJson {
  /** How many requests were recorded, and how many distinct ones. */
  readonly total: number;
  readonly distinct: number;
  readonly changed: readonly {
    readonly count: number;
    readonly tenant: string | null;
    readonly change: ChangedRecord['change'];
    readonly request: 'preflight' | 'actual';
    readonly origin: string | null;
    readonly method: string | null;
    /** As sent. */
    readonly headers: string | null;
    readonly old: DecisionJson;
    readonly new: DecisionJson;
  }[];
  readonly otherLines: number;
  readonly brokenLines: readonly number[];
}

export function changedRecordsJson(
  changed: readonly ChangedRecord[],
  { requests, otherLines, brokenLines }: RecordedRequests,
): ChangedRecordsJson {
  return {
    total: requests.reduce((sum, { count }) => sum + count, 0),
    distinct: requests.length,
    changed: changed.map(({ record, change, old, new: now }) => ({
      count: record.count,
      tenant: record.tenant,
      change,
      request: record.kind,
      ...wireFields(record),
      old: decisionJson(old),
      new: decisionJson(now),
    })),
    otherLines,
    brokenLines,
  };
}

function wireFields(record: RecordedRequest): {
  readonly origin: string | null;
  readonly method: string | null;
  readonly headers: string | null;
} {
  if (record.kind === 'actual') return { ...record.request, headers: null };
  const { origin, requestMethod, requestHeaders } = record.request;
  return { origin: origin ?? null, method: requestMethod ?? null, headers: requestHeaders ?? null };
}
