/** Clients that go away, or are slow, and upstreams that answer before they have read all. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { splitAddress } from '../support/cos-http.ts';
import { type Gateway, HOST_LINE, startGateway } from '../support/gateway.ts';
import { openConnection, parseResponses, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';

const MEBIBYTE = 1024 ** 2;
const GET = rawRequest('GET /a HTTP/1.1', [HOST_LINE]);

let upstream: ScriptedUpstream;
let gateway: Gateway;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => {
  rejections.push(reason);
};

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url);
});

afterEach(() => {
  expect(rejections).toEqual([]);
  expect(gateway.logged).toEqual([]);
});

afterAll(async () => {
  process.off('unhandledRejection', onRejection);
  await gateway.stop();
  await upstream.stop();
});

async function uploading(bytes: number, ...lines: readonly string[]): ReturnType<typeof openConnection> {
  const client = await openConnection(gateway.cos);
  client.write(rawRequest('PUT /a HTTP/1.1', [HOST_LINE, `Content-Length: ${bytes}`, ...lines]));
  return client;
}

describe('a client that goes away', () => {
  it('while it waits, ends the request to the upstream', async () => {
    upstream.play(() => {});
    const client = await openConnection(gateway.cos);
    client.write(GET);
    const { connection } = await upstream.request();
    client.destroy();
    await connection.closed;
  });

  it('in the middle of a download, ends the request to the upstream', async () => {
    upstream.play(({ connection: { socket } }) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const fill = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', fill);
      fill();
    });
    const client = await openConnection(gateway.cos);
    client.write(GET);
    await client.untilReceived(MEBIBYTE);
    const { connection } = await upstream.request();
    client.destroy();
    await connection.closed;
  });

  it.each(['with a length', 'in chunks'])(
    'in the middle of an upload %s, ends it for all to see',
    async name => {
      upstream.play(() => {});
      const client = await openConnection(gateway.cos);
      const framing = name === 'in chunks' ? 'Transfer-Encoding: chunked' : 'Content-Length: 100000';
      client.write(
        `PUT /a HTTP/1.1\r\n${HOST_LINE}\r\n${framing}\r\n\r\n${name === 'in chunks' ? '3\r\nabc\r\n' : 'abc'}`,
      );
      const { connection } = await upstream.request();
      client.destroy();
      await connection.closed;
      expect(connection.received()).not.toMatch(/0\r\n\r\n$/);
    },
  );

  it('in the middle of a small upload, is not heard of by the upstream', async () => {
    const lines: string[] = [];
    upstream.play(({ line, connection }) => {
      lines.push(line);
      connection.end(answer('ok'));
    });
    const client = await openConnection(gateway.cos);
    client.write(`PUT /a HTTP/1.1\r\n${HOST_LINE}\r\nContent-Length: 10\r\n\r\nabc`);
    client.endWriting();
    await client.untilClosed();
    expect((await sendRawRequest(gateway.cos, GET)).status).toBe(200);
    expect(lines).toEqual([expect.stringMatching(/^GET /)]);
  });

  it('before the upstream takes the connection, leaves nothing behind', async () => {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const client = await openConnection(gateway.cos);
    client.write(GET);
    client.destroy();
    expect((await sendRawRequest(gateway.cos, GET)).status).toBe(200);
  });

  it('a thousand times, leaves no socket and no listener behind', async () => {
    const warnings: Error[] = [];
    process.on('warning', warning => warnings.push(warning));
    upstream.play(() => {});
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length;
    const before = sockets();
    for (let round = 0; round < 20; round++) {
      upstream.play(() => {});
      const clients = await Promise.all(Array.from({ length: 50 }, () => openConnection(gateway.cos)));
      for (const client of clients) client.write(GET);
      await upstream.request(49);
      for (const client of clients) client.destroy();
      await Promise.all(upstream.connections.map(({ closed }) => closed));
    }
    // What the pool keeps for the next requests.
    await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before + 50));
    expect(warnings).toEqual([]);
  });
});

describe('an upstream that answers before it has read all', () => {
  const REFUSAL = answer('<Error><Code>Early</Code></Error>', [], '401 Unauthorized');
  const STREAMED =
    'HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nearly\r\n0\r\n\r\n';

  it.each([
    { name: 'at once', reply: REFUSAL },
    { name: 'in a stream', reply: STREAMED },
  ])('reaches a client that sends on: $name', async ({ reply }) => {
    upstream.play(({ connection }) => connection.end(reply));
    const client = await uploading(8 * MEBIBYTE);
    const chunk = Buffer.alloc(MEBIBYTE);
    client.write('the beginning');
    await upstream.request();
    for (let i = 0; i < 7; i++) client.write(chunk);
    client.write(chunk.subarray('the beginning'.length));
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(received).toMatch(/early|Early/);
  });

  it.each([
    { name: 'at once', reply: REFUSAL },
    { name: 'in a stream', reply: STREAMED },
  ])('reaches a client that waits for it, soon: $name', async ({ reply }) => {
    upstream.play(({ connection }) => connection.end(reply));
    const client = await uploading(8 * MEBIBYTE);
    client.write('the beginning');
    const before = performance.now();
    await client.untilReceived(100);
    expect(performance.now() - before).toBeLessThan(2_000);
    client.destroy();
  });

  it('and keeps the connection in order: what follows is no part of the body', async () => {
    upstream.play(({ line, connection }) => {
      connection.end(line.startsWith('PUT') ? REFUSAL : answer('next'));
    });
    const client = await openConnection(gateway.cos);
    client.write(`PUT /a HTTP/1.1\r\n${HOST_LINE}\r\nContent-Length: 20001\r\n\r\nx`);
    await client.untilReceived(20);
    client.write('x'.repeat(20_000) + GET);
    const responses = parseResponses(await client.untilClosed());
    expect(responses.map(({ code, body }) => code ?? body)).toEqual(['Early', 'next']);
  });
});

describe('back-pressure', () => {
  const TOTAL = 200 * MEBIBYTE;
  const CHUNK = Buffer.alloc(64 * 1024, 'x');
  /** Kernel buffers of four sockets, and what Node has on the way. */
  const AHEAD = 32 * MEBIBYTE;

  it('holds the upstream while the client does not read, and all arrives', async () => {
    let sent = 0;
    upstream.play(({ connection: { socket } }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${TOTAL}\r\nConnection: close\r\n\r\n`);
      fillWith(socket, count => {
        sent += count;
      });
    });
    const [host, port] = splitAddress(gateway.cos);
    const client = connect({ host, port });
    client.write(GET);
    client.pause();
    await untilStill(() => sent);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(AHEAD);
    let received = 0;
    client.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    client.resume();
    await once(client, 'close');
    expect([sent, received > TOTAL, received < TOTAL + 1000]).toEqual([TOTAL, true, true]);
  });

  it('holds the client while the upstream does not read, and all arrives', async () => {
    upstream.play(({ connection: { socket } }) => {
      socket.removeAllListeners('data').pause();
      socket.on('data', () => {
        if (socket.bytesRead >= TOTAL) socket.end(answer('ok'));
      });
    });
    const [host, port] = splitAddress(gateway.cos);
    const client = connect({ host, port });
    client.write(rawRequest('PUT /a HTTP/1.1', [HOST_LINE, `Content-Length: ${TOTAL}`]));
    let sent = 0;
    fillWith(client, count => {
      sent += count;
    });
    await untilStill(() => sent);
    expect(sent).toBeLessThan(AHEAD);
    const { connection } = await upstream.request();
    connection.socket.resume();
    const [chunk] = (await once(client, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(sent).toBe(TOTAL);
    client.destroy();
  });

  /** Writes as long as the socket takes it. */
  function fillWith(socket: Socket, count: (bytes: number) => void): void {
    let left = TOTAL;
    const fill = (): void => {
      while (left > 0) {
        left -= CHUNK.length;
        count(CHUNK.length);
        if (!socket.write(CHUNK)) return;
      }
    };
    socket.on('drain', fill);
    fill();
  }

  /** Waits until a number does not grow any more. */
  async function untilStill(value: () => number): Promise<void> {
    for (let last = -1; last !== value() || last === 0; ) {
      last = value();
      await new Promise(resolve => setTimeout(resolve, 250));
    }
  }
});
