import type { Sample } from '../harness/measurement.ts';

/** Lets so many writers write, each as soon as its last write is durable, until the time is over. */
export async function keepWriting(
  writers: number,
  seconds: number,
  write: (n: number) => Promise<unknown>,
): Promise<Sample> {
  const started = performance.now();
  const until = started + seconds * 1000;
  const milliseconds: number[] = [];
  let next = 0;
  const writer = async (): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now();
      await write(next++);
      milliseconds.push(performance.now() - began);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: writers }, writer));
  const { user, system } = process.cpuUsage(before);
  const passed = performance.now() - started;
  const sorted = milliseconds.sort((a, b) => a - b);
  return {
    rate: (sorted.length * 1000) / passed,
    operations: sorted.length,
    cpuMicroseconds: (user + system) / sorted.length,
    busy: (user + system) / 1000 / passed,
    p50Milliseconds: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99Milliseconds: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}
