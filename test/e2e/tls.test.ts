/** Listeners of HTTPS, as clients meet them. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CertificateFiles, makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { cosHost, signedHeaders, splitAddress } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { describeWith } from '../support/required.ts';

const BUCKET = 'secure-1250000000';

describeWith(missingOpenssl)('a listener of HTTPS', () => {
  let directory: string;
  let files: CertificateFiles;
  let server: LocalServer;
  const logged: Readonly<Record<string, unknown>>[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-https-'));
    files = makeCertificate(directory);
    const text = `
tls: { certificate: ${files.certificate}, privateKey: ${files.privateKey} }
limits: { headersSeconds: 0.3, idleSeconds: 2 }
`;
    const debug = { level: 'debug' };
    const log = pino({ base: null, ...debug }, { write: line => logged.push(JSON.parse(line)) });
    server = await startLocalServer({}, {}, { text, log });
    expect((await send({ method: 'PUT' })).status).toBe(200);
  });

  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  interface Sent {
    readonly method?: string;
    readonly target?: string;
    readonly body?: string;
    readonly address?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }

  interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
  }

  async function send({
    method = 'GET',
    target = '/',
    body,
    address = server.cos,
    headers,
  }: Sent): Promise<Answer> {
    const [hostname, port] = splitAddress(address);
    const outgoing = request({
      hostname,
      port,
      ca: files.pem.certificate,
      method,
      path: target,
      agent: false,
      servername: '',
      headers: headers ?? signedHeaders(cosHost(BUCKET), { method, target }),
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of incoming.setEncoding('latin1')) text += String(chunk);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text };
  }

  async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
    const [host, port] = splitAddress(server.cos);
    const socket = connect({ host, port, ca: files.pem.certificate, ...options });
    await Promise.race([
      once(socket, 'secureConnect'),
      once(socket, 'error').then(([error]) => Promise.reject(error)),
    ]);
    return socket;
  }

  it('serves as one of HTTP', async () => {
    const body = 'x'.repeat(1_000_000);
    expect((await send({ method: 'PUT', target: '/a', body })).status).toBe(200);
    expect((await send({ target: '/a' })).text).toBe(body);
    const preflight = await send({
      method: 'OPTIONS',
      target: '/a',
      headers: { Host: cosHost(BUCKET), Origin: 'https://a.com', 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.status).toBe(403);
  });

  it('is told as such', async () => {
    const { listeners, adminOrigin } = server.running;
    expect(adminOrigin).toBe(`https://${server.admin}`);
    expect(listeners.map(({ origin }) => origin)).toContain(`https://${server.cos}`);
    const services = await send({ address: server.admin, target: '/api/v1/services', headers: {} });
    expect(services.text).toContain(`"origin":"https://${server.cos}"`);
    const console = await send({ address: server.admin, headers: {} });
    expect(console.headers['content-security-policy']).toContain(`https://${server.cos}`);
    expect(console.headers['content-security-policy']).not.toContain('http://');
  });

  it.each([
    { scheme: 'https', status: 200 },
    { scheme: 'http', status: 403 },
  ])('lets pages of $scheme have status $status of the admin API', async ({ scheme, status }) => {
    const headers = { Origin: `${scheme}://${server.admin}`, Host: server.admin };
    expect((await send({ address: server.admin, target: '/api/v1/tenants', headers })).status).toBe(status);
  });

  it('names places of its objects so', async () => {
    const { text } = await send({ method: 'POST', target: '/m?uploads' });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(text)?.[1] ?? '';
    const part = await send({ method: 'PUT', target: `/m?partNumber=1&uploadId=${uploadId}`, body: 'p' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`;
    const completed = await send({ method: 'POST', target: `/m?uploadId=${uploadId}`, body });
    expect(completed.text).toContain(`<Location>https://${cosHost(BUCKET)}/m</Location>`);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async version => {
    const socket = await handshake({ minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    socket.destroy();
  });

  it('does not speak what is older', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(handshake(old)).rejects.toThrow(/alert|unsupported|version/i);
  });

  it('speaks HTTP/1.1 with who also knows more', async () => {
    const socket = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  async function untilClosed(bytes: string | undefined): Promise<string> {
    const [host, port] = splitAddress(server.cos);
    const socket = connectPlain(port, host).setEncoding('latin1');
    let received = '';
    socket.on('data', chunk => {
      received += String(chunk);
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (bytes !== undefined) socket.write(bytes);
    await once(socket, 'close');
    return received;
  }

  it('ends a handshake that is not one, or not in time, quietly', async () => {
    logged.length = 0;
    expect(await untilClosed('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('HTTP/1.1');
    expect(await untilClosed(undefined)).toBe('');
    const failed = logged.filter(({ msg }) => msg === 'a TLS handshake failed').map(({ code }) => code);
    expect(failed).toEqual(expect.arrayContaining(['ERR_SSL_HTTP_REQUEST', 'ERR_TLS_HANDSHAKE_TIMEOUT']));
    expect(logged.filter(({ level }) => Number(level) > 20)).toEqual([]);
  });

  it('answers what is no request in the words of the service, and ends what is idle', async () => {
    const socket = await handshake({});
    socket.setEncoding('latin1').write('nonsense\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [string];
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*<Code>InvalidRequest<\/Code>/);
    const idle = await handshake({});
    idle.resume();
    await once(idle, 'close');
  });

  it('stores nothing of a body that breaks off', async () => {
    const [hostname, port] = splitAddress(server.cos);
    const headers = {
      ...signedHeaders(cosHost(BUCKET), { method: 'PUT', target: '/broken' }),
      'Content-Length': 10,
    };
    const options = {
      hostname,
      port,
      ca: files.pem.certificate,
      method: 'PUT',
      path: '/broken',
      headers,
      servername: '',
    };
    const outgoing = request({ ...options, agent: false });
    outgoing.on('error', () => {});
    outgoing.write('half');
    await once(outgoing, 'socket');
    await once(outgoing.socket as TLSSocket, 'secureConnect');
    outgoing.destroy();
    expect((await send({ target: '/broken' })).status).toBe(404);
  });
});
