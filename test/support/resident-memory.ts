import { readFileSync } from 'node:fs';

/** The memory of a process that is in RAM, now (`VmRSS` of proc(5)). */
export function residentBytes(processId: number): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`there is no VmRSS of process ${processId}`);
  return Number(kilobytes) * 1024;
}
