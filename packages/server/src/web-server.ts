import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type SecureContextOptions, type TLSSocket, Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { Gate } from './gate.ts';
import type { TlsKeys } from './serve-config.ts';

/** A server of HTTPS where there is something to show, else of HTTP. A handshake takes no longer than a head may. */
export function createWebServer(options: ServerOptions, answer: Gate, tls: TlsKeys | undefined): Server {
  if (!tls) return createServer(options, answer);
  const handshakeTimeout = options.headersTimeout;
  return createTlsServer(
    {
      ...options,
      ...contextOf(tls),
      ALPNProtocols: ['http/1.1'],
      ...(handshakeTimeout !== undefined && { handshakeTimeout }),
    },
    answer,
  );
}

export function isTlsServer(server: Server): server is Server & TlsServer {
  return server instanceof TlsServer;
}

/** New connections are shown this from now on; those that are there stay. */
export function showCertificate(server: Server, tls: TlsKeys): void {
  if (isTlsServer(server)) server.setSecureContext(contextOf(tls));
}

/** OpenSSL's own message is of its sources; what it means is the reason. */
type HandshakeError = NodeJS.ErrnoException & { readonly reason?: string };

/** Strangers break off handshakes all the time: that is for who looks for it. */
export function logHandshakes(server: Server, log: Logger): void {
  server.prependListener('tlsClientError', (error: HandshakeError, socket: TLSSocket) => {
    const { code, reason = error.message } = error;
    log.debug({ code, reason, client: socket.remoteAddress }, 'a TLS handshake failed');
    // Node would hand it on as a request that cannot be read, which is answered.
    socket.destroy();
  });
}

/** Versions older than 1.2 are deprecated (RFC 8996). */
function contextOf({ certificate, privateKey }: TlsKeys): SecureContextOptions {
  return { cert: certificate, key: privateKey, minVersion: 'TLSv1.2' };
}
