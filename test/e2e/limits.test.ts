import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { splitAddress } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

let server: LocalServer | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
  server = undefined;
});

/** A connection to COS under limits, and everything that it says until it ends it. */
async function connectUnder(
  limits: Readonly<Record<string, number>>,
): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
  server = await startLocalServer({}, {}, { text: `limits: ${JSON.stringify(limits)}` });
  const [host, port] = splitAddress(server.cos);
  const socket = connect(port, host).setEncoding('latin1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  const answer = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  return { socket, answer };
}

const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n';

describe('the limits of a configuration', () => {
  it('bound the head of a request', async () => {
    const { socket, answer } = await connectUnder({ headerBytes: 2048 });
    socket.write(`${HEAD}X: ${'x'.repeat(1000)}\r\nConnection: keep-alive\r\n\r\n`);
    await once(socket, 'data');
    socket.write(`${HEAD}X: ${'x'.repeat(3000)}\r\n\r\n`);
    const [first, second] = (await answer).split(/(?=HTTP\/1\.1)/);
    expect(first).toMatch(/^HTTP\/1\.1 403 /);
    expect(second).toMatch(/^HTTP\/1\.1 4\d\d .*\r\n[\s\S]*Connection: close[\s\S]*<Code>/);
  });

  it('end a connection on which nothing moves', async () => {
    const { answer } = await connectUnder({ idleSeconds: 0.05 });
    expect(await answer).toBe('');
  });

  it('end a connection on which no other request comes', async () => {
    const { socket, answer } = await connectUnder({ keepAliveSeconds: 0.05 });
    socket.write(`${HEAD}\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*<\/Error>/);
  });

  it('end a request whose head does not come to its end', async () => {
    const { socket, answer } = await connectUnder({ headersSeconds: 0.05 });
    socket.write(HEAD);
    expect(await answer).toMatch(/^HTTP\/1\.1 4\d\d [\s\S]*<Code>RequestTimeOut<\/Code>/);
  });
});

describe('a client that is told why its connection ends', () => {
  const LIMITS = { headersSeconds: 0.1, bodyBytesPerSecond: 1000, slowBodySeconds: 0.1 };

  async function meet(begin: string): Promise<Socket> {
    server = await startLocalServer({}, {}, { text: `limits: ${JSON.stringify(LIMITS)}` });
    const [host, port] = splitAddress(server.cos);
    const socket = connect({ host, port, allowHalfOpen: true }).on('error', () => {});
    sockets.push(socket);
    socket.write(begin);
    await once(socket, 'data');
    return socket;
  }

  async function openConnections(): Promise<string | undefined> {
    const metrics = await (await fetch(`http://${server?.admin}/metrics`)).text();
    return /^crossgate_open_connections (\d+)/m.exec(metrics)?.[1];
  }

  it.each([
    { name: 'when it said nothing', begin: '' },
    { name: 'when its head trickles', begin: HEAD },
    {
      name: 'when its body trickles',
      begin: 'PUT /b-1250000000/k HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n',
    },
  ])('does not keep it by going on: $name', async ({ begin }) => {
    const socket = await meet(begin);
    const trickle = setInterval(() => socket.write('x'), 50);
    await vi.waitFor(async () => expect(await openConnections()).toBe('0'), { timeout: 5_000 });
    clearInterval(trickle);
  });
});
