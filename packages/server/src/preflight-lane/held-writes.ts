import type { Writable } from 'node:stream';

let held: Writable[] = [];

/**
 * Holds what is written to a stream until everything has been read that was there to be read in this turn of the event
 * loop: it is then sent with what is held of others, in one go. A client on the same machine is else woken for each answer,
 * and by the time of the next one sleeps again, which costs more than to make the answer.
 */
export function holdWrites(stream: Writable): void {
  if (held.length === 0) setImmediate(release);
  held.push(stream);
  stream.cork();
}

function release(): void {
  const streams = held;
  held = [];
  for (const stream of streams) stream.uncork();
}
