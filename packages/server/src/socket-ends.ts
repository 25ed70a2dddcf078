import type { Socket } from 'node:net';

/** What no other open connection has. TLS hands on another socket than the one that was made, with the same ends. */
export function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join();
}
