import { readFileSync } from 'node:fs';

/** The processes that a process has started, those of its main thread (`/proc/…/children` of proc(5)); none when it is gone. */
export function childProcesses(processId: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}
