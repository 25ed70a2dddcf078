import type { Running } from '../harness/child.ts';
import { ask, headerOf, type RawRequest } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';
import { cosHostOf } from '../servers/cos-request.ts';
import { BUCKETS, documentFor, putCors } from './policy-writes.ts';

const WRITES = 30;
const TIME_LIMIT_MS = 10_000;

/** In milliseconds: how long after a write was acknowledged by one server the other one answers by it, and what asking costs. */
export interface Propagation {
  readonly delays: readonly number[];
  readonly asking: readonly number[];
}

export async function measurePropagation(writer: Running, reader: Running): Promise<Propagation> {
  const { cos: writerPort = 0 } = writer.ports;
  const { cos: readerPort = 0 } = reader.ports;
  const [bucket = ''] = BUCKETS;
  const delays: number[] = [];
  const asking: number[] = [];
  for (let write = 0; write < WRITES; write++) {
    const origin = `https://app-${write}.example.com`;
    const { status } = await ask(writerPort, putCors(bucket, documentFor(origin)));
    insist(status === 200, () => `a policy was not taken: ${status}`);
    const acknowledged = performance.now();
    for (;;) {
      const asked = performance.now();
      const answer = await ask(readerPort, preflightOf(bucket, origin));
      asking.push(performance.now() - asked);
      if (headerOf(answer.headers, 'access-control-allow-origin') === origin) break;
      insist(asked - acknowledged < TIME_LIMIT_MS, () => 'a write has not reached the other server in 10 s');
    }
    delays.push(performance.now() - acknowledged);
  }
  return { delays, asking };
}

function preflightOf(bucket: string, origin: string): RawRequest {
  return {
    method: 'OPTIONS',
    path: '/key',
    headers: { Host: cosHostOf(bucket), Origin: origin, 'Access-Control-Request-Method': 'PUT' },
  };
}
