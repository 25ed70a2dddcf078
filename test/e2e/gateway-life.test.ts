/** A gateway that leads to itself, and one that is stopped. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { splitAddress } from '../support/cos-http.ts';
import { type Gateway, HOST_LINE, startGateway } from '../support/gateway.ts';
import { openConnection, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';

const GET = rawRequest('GET /a HTTP/1.1', [HOST_LINE]);

describe('an upstream that is the gateway itself', () => {
  it('is found out at the second visit, whatever the connection says of Via', async () => {
    // The port has to be known before the gateway is there.
    const door = createServer().listen(0, '127.0.0.1');
    await once(door, 'listening');
    const { port } = door.address() as AddressInfo;
    const gateway = await startGateway(`http://127.0.0.1:${port}`);
    let visits = 0;
    door.on('connection', socket => {
      visits += 1;
      const [host, inner] = splitAddress(gateway.cos);
      const back = connect({ host, port: inner }).on('error', () => {});
      socket
        .on('error', () => {})
        .pipe(back)
        .pipe(socket);
    });
    const before = performance.now();
    const request = GET.replace('Connection: close', 'Connection: close, via');
    const response = await sendRawRequest(gateway.cos, request);
    expect([response.status, response.code, visits]).toEqual([502, 'BadGateway', 1]);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(gateway.logged).toMatchObject([{ reason: 'the upstream leads back to this gateway' }]);
    await gateway.stop();
    door.close();
  });
});

describe('a gateway that stops', () => {
  let upstream: ScriptedUpstream;
  let gateway: Gateway | undefined;

  beforeAll(async () => {
    upstream = await openScriptedUpstream();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => upstream.stop());

  it('finishes what is in flight, and leaves no connection to the upstream', async () => {
    gateway = await startGateway(upstream.url);
    upstream.play(() => {});
    const client = await openConnection(gateway.cos);
    client.write(GET.replace('Connection: close\r\n', ''));
    const { connection } = await upstream.request();
    const stopped = gateway.stop();
    await expect(openConnection(gateway.cos)).rejects.toThrow('ECONNREFUSED');
    connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(10_000)}`);
    await client.untilReceived(10_000);
    connection.write('x'.repeat(10_000));
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/x{20000}$/);
    await stopped;
    await connection.closed;
    gateway = undefined;
  });

  it('does not keep idle connections to the upstream', async () => {
    gateway = await startGateway(upstream.url);
    upstream.play(({ connection }) => connection.write(answer('ok').replace('Connection: close\r\n', '')));
    expect((await sendRawRequest(gateway.cos, GET)).body).toBe('ok');
    const { connection } = await upstream.request();
    await gateway.stop();
    await connection.closed;
    gateway = undefined;
  });
});
