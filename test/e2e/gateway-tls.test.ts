/** An upstream that speaks TLS: whom it is asked to be, and whom it has to prove to be. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { startServerProcess } from '../support/command.ts';
import { HOST, HOST_LINE } from '../support/gateway.ts';
import { rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { describeWith } from '../support/required.ts';

const GET = rawRequest('GET /a HTTP/1.1', [HOST_LINE]);

describeWith(missingOpenssl)('an upstream of https', () => {
  let directory: string;
  let upstream: Server;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-tls-'));
    const { certificate, pem } = makeCertificate(directory);
    const options = { key: pem.privateKey, cert: pem.certificate };
    upstream = createServer(options, ({ socket, headers }, response) => {
      const { servername } = socket as TLSSocket & { readonly servername: string | false };
      response.end(`${servername} ${headers.host}`);
    });
    upstream.listen(0, '::');
    await once(upstream, 'listening');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', certificate);
  });

  afterAll(() => {
    vi.unstubAllEnvs();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(directory, { recursive: true });
  });

  async function serveBefore(host: string): ReturnType<typeof startServerProcess> {
    const { port } = upstream.address() as AddressInfo;
    return await startServerProcess(mkdtempSync(join(directory, 'data-')), [
      '--upstream',
      `cos=https://${host}:${port}`,
    ]);
  }

  it.each([
    { host: 'localhost', asked: 'localhost' },
    // RFC 6066, section 3: addresses are no server names.
    { host: '127.0.0.1', asked: 'false' },
    { host: '[::1]', asked: 'false' },
  ])('is asked for its own name, and sent the host of the client: $host', async ({ host, asked }) => {
    const { cos, child, stop } = await serveBefore(host);
    let log = '';
    child.stderr?.on('data', (chunk: string) => {
      log += chunk;
    });
    const { status, body } = await sendRawRequest(cos, GET);
    expect([status, body]).toEqual([200, `${asked} ${HOST}`]);
    const closed = once(child, 'close');
    await stop('SIGTERM');
    // What it has written may come after its end.
    await closed;
    expect(log).toBe('');
  });

  it('that cannot prove its name is told of as 502, in one short line of the log', async () => {
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '');
    const { cos, child, stop } = await serveBefore('localhost');
    let log = '';
    child.stderr?.on('data', (chunk: string) => {
      log += chunk;
    });
    expect(await sendRawRequest(cos, GET)).toMatchObject({ status: 502, code: 'BadGateway' });
    const closed = once(child, 'close');
    await stop('SIGTERM');
    // What it has written may come after its end.
    await closed;
    expect(JSON.parse(log)).toMatchObject({ level: 40, reason: 'self-signed certificate' });
    expect(log.length).toBeLessThan(1000);
  });
});
