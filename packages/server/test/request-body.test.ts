import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requestBody } from '../src/request-body.ts';

/** The request that comes of these bytes, when its client is gone. */
async function abandoned(bytes: string): Promise<IncomingMessage> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.write(bytes);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  const closed = new Promise(resolve => request.socket.once('close', resolve));
  client.resetAndDestroy();
  await closed;
  server.close();
  return request;
}

/** The request that comes of these bytes, and the end of its client. */
async function sent(bytes: string): Promise<{ readonly request: IncomingMessage; readonly client: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  client.write(bytes);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, client };
}

describe('requestBody read as a whole', () => {
  const CHUNKED = 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

  it.each([
    { name: 'in one piece', body: '4\r\nabcd\r\n0\r\n\r\n', read: 'abcd' },
    { name: 'in several', body: '2\r\nab\r\n1\r\nc\r\n1\r\nd\r\n0\r\n\r\n', read: 'abcd' },
    { name: 'without a byte', body: '0\r\n\r\n', read: '' },
  ])('is what was sent: $name', async ({ body, read }) => {
    const { request } = await sent(CHUNKED + body);
    expect(Buffer.from((await requestBody(request).read(4)) as Uint8Array).toString()).toBe(read);
  });

  it('is too large as soon as that is seen, and then left alone', async () => {
    const { request, client } = await sent(`${CHUNKED}5\r\nabcde\r\n`);
    expect(await requestBody(request).read(4)).toBe('too-large');
    expect([request.isPaused(), request.destroyed, request.listenerCount('data')]).toEqual([true, false, 0]);
    client.destroy();
  });

  it('is not complete when the client goes away while it is read', async () => {
    const { request, client } = await sent(`${CHUNKED}2\r\nab\r\n`);
    const read = requestBody(request).read(4);
    client.resetAndDestroy();
    await expect(read).rejects.toMatchObject({ fault: 'body-incomplete' });
  });

  it('is malformed when it comes in crumbs', async () => {
    const { request } = await sent(`${CHUNKED}${'1\r\na\r\n'.repeat(5000)}0\r\n\r\n`);
    await expect(requestBody(request).read(10_000)).rejects.toMatchObject({ fault: 'request-malformed' });
  });
});

describe('requestBody of a client that has gone away', () => {
  it.each([
    { name: 'before all of it has come', body: 'ab' },
    { name: 'when all of it has come and nobody has read it', body: 'abcd' },
  ])('is not complete $name', async ({ body }) => {
    const request = await abandoned(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n${body}`);
    await expect(requestBody(request).read(100)).rejects.toMatchObject({ fault: 'body-incomplete' });
  });
});
