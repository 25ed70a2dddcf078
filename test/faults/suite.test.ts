import { writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ETCD_MISSING } from '../support/etcd-cluster.ts';
import { describeWith } from '../support/required.ts';
import { FAKETIME_MISSING } from './faketime.ts';
import { formatFaults, formatViolations } from './format-faults.ts';
import { runSuite } from './suite.ts';

const MINUTES = 1;
/** What is under way ends, and then everything is stopped. */
const TIMEOUT_MILLISECONDS = 180_000;

/** The seed of a run that found something finds it again, as far as the machine lets it. */
const { CROSSGATE_FAULT_SEED } = process.env;
const seed = Number(CROSSGATE_FAULT_SEED ?? Date.now() % 1_000_000);

describeWith(ETCD_MISSING ?? FAKETIME_MISSING)('gateways among faults', () => {
  it(
    `lose nothing, invent nothing, never go back and recover within two seconds (seed ${seed})`,
    async () => {
      const lines: string[] = [];
      const { etcd, single } = await runSuite({
        seed,
        minutes: MINUTES,
        onProgress: line => lines.push(line),
      });
      const violations = [...etcd.violations, ...single.violations];
      const found = formatViolations(violations, seed);
      expect(found, `${lines.join('\n')}\n${found}`).toBe('');
      for (const report of [etcd, single]) {
        writeSync(1, `${formatFaults(report)}\n`);
        expect(report.checked.acknowledgedWrites).toBeGreaterThan(100);
        expect(report.checked.reads).toBeGreaterThan(200);
        expect(Array.from(report.faults.values()).filter(times => times > 0).length).toBeGreaterThan(1);
      }
    },
    TIMEOUT_MILLISECONDS,
  );
});
