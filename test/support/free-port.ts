import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems hand out for connections and for port 0 (Linux from 32768 on, the IANA from 49152): what other
 * tests do meanwhile takes none of them.
 */
const FIRST = 20_000;
const LAST = 32_767;

/** A loopback port for a program that cannot tell which one the system has chosen for it. */
export async function freePort(): Promise<number> {
  return await freePorts(1);
}

/** The first of so many loopback ports in a row. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count + 2));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
