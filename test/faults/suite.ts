import { startEtcdEnvironment, startSingleEnvironment } from './environment.ts';
import { ETCD_FAULTS, GATEWAY_FAULTS } from './faults.ts';
import { type FaultReport, runFaults } from './run-faults.ts';

export interface SuiteOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly onProgress: (line: string) => void;
}

/** What came of the gateways that share etcd, and of one that keeps its policies itself. */
export interface SuiteReport {
  readonly etcd: FaultReport;
  readonly single: FaultReport;
}

/** etcd is out of space after so many bytes, and one gateway. */
const QUOTA_BYTES = 48 * 1024 * 1024;
const DISK_BYTES = 48 * 1024 * 1024;
const WORKERS = 3;
/** Of the time, for gateways that share etcd. */
const SHARED = 0.85;

export async function runSuite({ seed, minutes, onProgress }: SuiteOptions): Promise<SuiteReport> {
  const milliseconds = minutes * 60_000;
  onProgress(`Three gateways on three members of etcd, seed ${seed}`);
  const shared = await startEtcdEnvironment({ quotaBytes: QUOTA_BYTES, diskBytes: DISK_BYTES });
  const etcd = await runFaults(shared, ETCD_FAULTS, {
    seed,
    milliseconds: milliseconds * SHARED,
    onProgress,
  });
  onProgress(`One gateway with ${WORKERS} workers on LMDB, seed ${seed}`);
  const alone = await startSingleEnvironment({ workers: WORKERS, diskBytes: DISK_BYTES });
  const single = await runFaults(alone, GATEWAY_FAULTS, {
    seed,
    milliseconds: milliseconds * (1 - SHARED),
    onProgress,
  });
  return { etcd, single };
}
