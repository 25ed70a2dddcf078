import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether the system tells what processes use. Linux does. */
const USAGE_KNOWN: boolean = existsSync('/proc/self/task');

/** Of /proc, everywhere that Node runs on Linux. */
const TICKS_PER_SECOND = 100;

/**
 * What a process and those that it has started have used of the processors, in microseconds. By the scheduler's own
 * account where there is one, else by ticks of 10 ms. Undefined where the system does not tell.
 */
export function processorMicroseconds(processId: number): number | undefined {
  if (!USAGE_KNOWN) return undefined;
  let sum = 0;
  for (const id of familyOf(processId)) sum += ownMicroseconds(id);
  return sum;
}

function ownMicroseconds(processId: number): number {
  const directory = `/proc/${processId}/task`;
  if (!existsSync(`${directory}/${processId}/schedstat`)) {
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
  }
  let nanoseconds = 0;
  for (const thread of readdirSync(directory)) {
    nanoseconds += Number(readFileSync(`${directory}/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1000;
}

/** The process and its descendants. */
function familyOf(processId: number): readonly number[] {
  const family = [processId];
  for (const id of family) {
    for (const thread of readdirSync(`/proc/${id}/task`)) {
      const children = readFileSync(`/proc/${id}/task/${thread}/children`, 'utf8');
      family.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return family;
}

/** What is in RAM of a process and those that it has started. */
export interface ResidentMemory {
  /** Its own: heaps and stacks (`RssAnon` of proc(5)). */
  readonly ownBytes: number;
  /** Of files, LMDB's map among them: the page cache, which is given up when others need it. */
  readonly fileBytes: number;
}

export function residentMemory(processId: number): ResidentMemory | undefined {
  if (!USAGE_KNOWN) return undefined;
  let ownBytes = 0;
  let fileBytes = 0;
  for (const id of familyOf(processId)) {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    ownBytes += kilobytes(status, 'RssAnon') * 1024;
    fileBytes += (kilobytes(status, 'RssFile') + kilobytes(status, 'RssShmem')) * 1024;
  }
  return { ownBytes, fileBytes };
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
