import { parseArgs } from 'node:util';
import { type ReportSection, writeSection } from '../support/report-section.ts';
import { formatFaults, formatViolations } from './format-faults.ts';
import { formatPropagation, measurePropagation } from './propagation.ts';
import { formatSoak, soak } from './soak.ts';
import { runSuite } from './suite.ts';

/** Enough for a p99. */
const PROPAGATION_WRITES = 200;

/** What `npm run test:faults` was told to do. Gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      propagation: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const minutes = positive('--minutes', values.minutes);
  const seed = positive('--seed', values.seed);
  function tell(section: ReportSection, text: string): void {
    print(text);
    if (values.write) writeSection(section, text);
  }

  if (values.propagation) {
    tell('propagation', formatPropagation(await measurePropagation(PROPAGATION_WRITES)));
    return 0;
  }
  if (values.soak) {
    const report = await soak(minutes, seed);
    tell('soak', formatSoak(report));
    for (const error of report.errors) print(error);
    return report.errorCount === 0 ? 0 : 1;
  }
  const { etcd, single } = await runSuite({ seed, minutes, onProgress: print });
  const text = [
    '#### Gateways that share etcd',
    '',
    formatFaults(etcd),
    '',
    '#### One gateway with workers, on LMDB',
    '',
    formatFaults(single),
  ].join('\n');
  tell('faults', text);
  const violations = [...etcd.violations, ...single.violations];
  if (violations.length === 0) return 0;
  print(formatViolations(violations, seed));
  return 1;
}

/** Throws when it is none. */
function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new TypeError(`${flag} must be a positive number, not ${text}`);
  return number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
