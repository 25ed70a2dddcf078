/** Many connections of a stranger. */
import { connect, type Socket } from 'node:net';
import { splitAddress } from './cos-http.ts';

export interface Attacker {
  readonly socket: Socket;
  /** What has come, one character a byte. */
  readonly received: () => string;
  /** Settles when the server has ended the connection, or reset it. */
  readonly ended: Promise<void>;
}

/** @param localAddress another address of loopback, for a stranger that is somebody else */
export function openAttacker(address: string, localAddress = '127.0.0.1'): Attacker {
  const [host, port] = splitAddress(address);
  const socket = connect({ host, port, localAddress }).on('error', () => {});
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    // Strangers have a memory too.
    if (received.length < 100_000) received += chunk;
  });
  const ended = new Promise<void>(resolve => {
    socket.once('close', () => resolve());
  });
  return { socket, received: () => received, ended };
}

/** Opens so many, each of which begins with some bytes. */
export async function openAttackers(
  address: string,
  count: number,
  bytes: string,
  localAddress?: string,
): Promise<readonly Attacker[]> {
  const attackers = Array.from({ length: count }, () => openAttacker(address, localAddress));
  await Promise.all(
    attackers.map(async ({ socket, ended }) => {
      await Promise.race([new Promise(resolve => socket.once('connect', resolve)), ended]);
      socket.write(bytes, 'latin1');
    }),
  );
  return attackers;
}

/** Sends each of them something again and again, until all are ended. */
export async function trickle(
  attackers: readonly Attacker[],
  bytes: () => string,
  everyMs: number,
): Promise<void> {
  const timer = setInterval(() => {
    for (const { socket } of attackers) if (socket.writable) socket.write(bytes(), 'latin1');
  }, everyMs);
  try {
    await Promise.all(attackers.map(({ ended }) => ended));
  } finally {
    clearInterval(timer);
  }
}
