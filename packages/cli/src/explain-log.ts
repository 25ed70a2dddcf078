import { type DecisionJson, decidePreflight, decisionJson, type PreflightDecision } from '@crossgate/core';
import { CommandError, EXIT } from './exit-code.ts';
import { formatExplainedRecords, otherLines } from './format-records.ts';
import { complain, printJson } from './output.ts';
import type { PolicyFile } from './policy-file.ts';
import { printLines } from './print-lines.ts';
import {
  onlyPreflights,
  type RecordedPreflight,
  type RecordedRequests,
  readLog,
} from './recorded-requests.ts';

/** What the policy says to one recorded preflight. */
export interface ExplainedRecord {
  readonly record: RecordedPreflight;
  readonly decision: PreflightDecision;
}

/** What `crossgate explain --log --json` prints. */
interface LogJson {
  readonly requests: readonly {
    readonly count: number;
    readonly tenant: string | null;
    readonly origin: string | null;
    readonly method: string | null;
    /** As sent. */
    readonly headers: string | null;
    readonly decision: DecisionJson;
  }[];
  readonly otherLines: number;
  readonly brokenLines: readonly number[];
}

/**
 * Decides every preflight of a log by the policy.
 *
 * @throws CommandError when there is none, or the log cannot be read
 */
export async function explainLog(
  file: PolicyFile,
  log: string,
  options: { readonly json?: true },
): Promise<void> {
  const recorded = onlyPreflights(await readLog(log, file.dialect.id));
  complainOfBrokenLines(recorded);
  const records = recorded.requests.map(record => ({
    record,
    decision: decidePreflight(file.compiled, record.request),
  }));
  if (records.length === 0) {
    throw new CommandError(`the log has no preflight of ${file.dialect.id} (${otherLines(recorded)})`);
  }
  if (options.json) printJson(logJson(records, recorded));
  else printLines(screen => formatExplainedRecords(records, recorded, file, screen));
  if (records.some(({ decision }) => decision.kind !== 'allowed')) process.exitCode = EXIT.refused;
}

const LINES_NAMED = 10;

/** A log that was cut off, or has lines of somebody else among its own, is read all the same. */
export function complainOfBrokenLines({ brokenLines }: RecordedRequests): void {
  if (brokenLines.length === 0) return;
  const named = brokenLines.slice(0, LINES_NAMED).join(', ');
  const more = brokenLines.length > LINES_NAMED ? ` and ${brokenLines.length - LINES_NAMED} more` : '';
  complain(
    `passed over what is no line of a server's log: ${brokenLines.length === 1 ? 'line' : 'lines'} ${named}${more}`,
  );
}

function logJson(records: readonly ExplainedRecord[], recorded: RecordedRequests): LogJson {
  return {
    requests: records.map(({ record: { count, tenant, request }, decision }) => ({
      count,
      tenant,
      origin: request.origin ?? null,
      method: request.requestMethod ?? null,
      headers: request.requestHeaders ?? null,
      decision: decisionJson(decision),
    })),
    otherLines: recorded.otherLines,
    brokenLines: recorded.brokenLines,
  };
}
