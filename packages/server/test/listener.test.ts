import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listener, listen } from '../src/listener.ts';

/** Longer than any test may take: a stop that waits for it is a stop that hangs. */
const GRACE_MS = 60_000;

const agent = new Agent({ keepAlive: true });
const sockets: Socket[] = [];

/** Answers with what was sent, when all of it is there. */
async function open(): Promise<{ readonly listener: Listener; readonly server: Server }> {
  const server = createServer((incoming, response) => {
    incoming.on('end', () => response.end('ok')).resume();
  });
  server.keepAliveTimeout = 60_000;
  return { listener: await listen(server, '127.0.0.1', 0), server };
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

afterEach(() => {
  agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
});

describe('closing a listener', () => {
  it('does not wait for a connection that has been answered and is kept alive', async () => {
    const { listener } = await open();
    const [response] = (await once(get({ port: listener.port, agent }), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await listener.close(GRACE_MS);
  });

  it('does not wait for a connection that has never said anything, such as browsers open in advance', async () => {
    const { listener, server } = await open();
    const accepted = once(server, 'connection');
    const socket = await connectTo(listener.port);
    await accepted;
    const closed = once(socket, 'close');
    await listener.close(GRACE_MS);
    await closed;
  });

  it('lets a request in flight finish, and then does not wait for its connection', async () => {
    const { listener, server } = await open();
    const upload = request({ port: listener.port, agent, method: 'PUT', headers: { 'Content-Length': 4 } });
    const began = once(server, 'request');
    upload.write('ab');
    await began;
    const closing = listener.close(GRACE_MS);
    upload.end('cd');
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await closing;
  });

  it('sends the whole of an answer that is written and not yet sent', async () => {
    // Far more than the system takes at once from a client that does not read.
    const body = Buffer.alloc(64 * 1024 * 1024, 'x');
    const server = createServer((_, response) => response.end(body));
    const listener = await listen(server, '127.0.0.1', 0);
    const [response] = (await once(get({ port: listener.port, agent }), 'response')) as [IncomingMessage];
    const closing = listener.close(GRACE_MS);
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    expect(length).toBe(body.length);
    await closing;
  });

  it('answers a request that is on its way, and tells the client that it is the last', async () => {
    const { listener, server } = await open();
    const accepted = once(server, 'connection');
    const socket = await connectTo(listener.port);
    await accepted;
    const closing = listener.close(GRACE_MS);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/^connection: close\r$/im);
    await closing;
  });

  it('ends what is not done when the time is over', async () => {
    const { listener, server } = await open();
    const upload = request({ port: listener.port, agent, method: 'PUT', headers: { 'Content-Length': 4 } });
    const failed = once(upload, 'error');
    const began = once(server, 'request');
    upload.write('ab');
    await began;
    await listener.close(20);
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('takes no more connections', async () => {
    const { listener } = await open();
    await listener.close(GRACE_MS);
    const [error] = await once(connect(listener.port, '127.0.0.1'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
