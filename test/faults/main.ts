import { FAULTS } from './faults.ts';
import { runFaults } from './run-faults.ts';

export async function main(): Promise<void> {
  const report = await runFaults({ seed: Number(process.env['SEED'] ?? 1), ...(process.env['ONLY'] && {faults: FAULTS.filter(f => f.name.includes(process.env['ONLY']))}), milliseconds: Number(process.env['MS'] ?? 60000), onProgress: line => process.stdout.write(`${line}\n`) });
  console.dir({...report, recoveries: undefined, violations: report.violations.slice(0, 10)}, {depth: 6});
}
