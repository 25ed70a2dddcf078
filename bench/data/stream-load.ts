import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Sample } from '../harness/measurement.ts';
import { processorMicroseconds } from '../harness/process-usage.ts';
import { insist, Refusal } from '../harness/refusal.ts';
import type { StreamReport, StreamRun } from './stream-clients.ts';

/** The process of the clients for large bodies. */
export interface StreamLoad {
  /** One turn of the server whose process is `processId`. */
  readonly turn: (run: StreamRun, processId: number, name: string) => Promise<Sample>;
  readonly stop: () => Promise<void>;
}

export function openStreamLoad(): StreamLoad {
  const child = fork(new URL('stream-clients.js', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return {
    async turn(run, processId, name) {
      const before = processorMicroseconds(processId);
      const reported = once(child, 'message');
      child.send(run);
      const [report] = (await reported) as [StreamReport];
      const after = processorMicroseconds(processId);
      if (report.kind === 'failed') throw new Refusal(`${name}: ${report.problem}`);
      const { answers, milliseconds } = report;
      insist(
        milliseconds >= 0.9 * run.milliseconds,
        () => `${name}: the run was too short, ${milliseconds} ms`,
      );
      const used = before === undefined || after === undefined ? undefined : after - before;
      return {
        rate: (answers * 1000) / milliseconds,
        operations: answers,
        cpuMicroseconds: used === undefined ? undefined : used / answers,
        busy: used === undefined ? undefined : used / 1000 / milliseconds,
      };
    },
    async stop() {
      process.off('exit', kill);
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
