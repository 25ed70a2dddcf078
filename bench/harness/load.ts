import { findExecutable } from '../../test/support/find-executable.ts';
import { loadWithAutocannon } from './load-autocannon.ts';
import { loadWithWrk } from './load-wrk.ts';
import type { Sample } from './measurement.ts';
import { processorMicroseconds } from './process-usage.ts';
import type { RawRequest } from './raw-answer.ts';
import { insist } from './refusal.ts';

/** What clients ask, over connections that they keep. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** In turns. */
  readonly requests: readonly RawRequest[];
  readonly seconds: number;
  /** What every answer has. */
  readonly expected: { readonly byteLength: number };
  /** Left out: the requests are as they are. */
  readonly access?: Access;
}

/** Which of many tenants are asked for: `{tenant}` in a request is replaced by seven digits. */
export interface Access {
  readonly count: number;
  readonly pattern: 'uniform' | 'zipf';
}

/** What a generator of load has seen. */
export interface LoadReport {
  readonly answers: number;
  readonly milliseconds: number;
  /** Of all answers, heads included. Undefined when the generator does not count heads. */
  readonly bytes: number | undefined;
  readonly brokenSockets: number;
  /** Answers of another status than 2xx, as far as the generator tells them apart. */
  readonly otherStatuses: number;
  /** Requests that were not answered in 10 s. */
  readonly timeouts: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

const WRK = findExecutable('wrk');

export const GENERATOR: string = WRK ? 'wrk' : 'autocannon';

/** One turn of a server, whose process is `processId`, under load. */
export async function turnUnderLoad(load: Load, processId: number, name: string): Promise<Sample> {
  const before = processorMicroseconds(processId);
  const report = await (WRK ? loadWithWrk(WRK, load) : loadWithAutocannon(load));
  const after = processorMicroseconds(processId);
  checkReport(report, load, name);
  const used = before === undefined || after === undefined ? undefined : after - before;
  return {
    rate: (report.answers * 1000) / report.milliseconds,
    operations: report.answers,
    cpuMicroseconds: used === undefined ? undefined : used / report.answers,
    busy: used === undefined ? undefined : used / 1000 / report.milliseconds,
    p50Milliseconds: report.p50Milliseconds,
    p99Milliseconds: report.p99Milliseconds,
  };
}

/** @throws Refusal when an answer was missing, late, of another status or of another length */
export function checkReport(
  report: LoadReport,
  { connections, expected, seconds }: Load,
  name: string,
): void {
  const { answers, milliseconds, bytes, brokenSockets, otherStatuses, timeouts } = report;
  const failures = `${brokenSockets} sockets broke, ${otherStatuses} answers were not 2xx, ${timeouts} did not come in time`;
  insist(brokenSockets + otherStatuses + timeouts === 0, () => `${name}: ${failures}`);
  insist(answers > 0, () => `${name}: no request was answered`);
  insist(
    milliseconds >= seconds * 900,
    () => `${name}: the run was too short, ${milliseconds} ms of ${seconds} s`,
  );
  if (bytes === undefined) return;
  // The answers that were on their way in the end are counted in part.
  const slack = (connections + 1) * expected.byteLength;
  insist(
    Math.abs(bytes - answers * expected.byteLength) <= slack,
    () =>
      `${name}: answers had ${(bytes / answers).toFixed(1)} bytes each, the one that was checked had ${expected.byteLength}`,
  );
}
