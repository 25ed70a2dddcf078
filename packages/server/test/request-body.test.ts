import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
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

describe('requestBody of a client that has gone away', () => {
  it.each([
    { name: 'before all of it has come', body: 'ab' },
    { name: 'when all of it has come and nobody has read it', body: 'abcd' },
  ])('is not complete $name', async ({ body }) => {
    const request = await abandoned(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n${body}`);
    await expect(requestBody(request).read(100)).rejects.toMatchObject({ fault: 'body-incomplete' });
  });
});
