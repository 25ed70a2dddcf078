import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPreflightLane } from '../../src/preflight-lane/preflight-lane.ts';
import { DEFAULT_LIMITS } from '../../src/serve-config.ts';

const PREFLIGHT = 'OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A connection to somebody who reads nothing until `release` is called. */
class Unread extends Duplex {
  release: () => void = () => {};
  timeout: number | undefined;
  received = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.received += chunk.toString('latin1');
    this.release = callback;
  }

  /** As the system gives up what is being written. */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    callback(error);
    this.release();
  }

  setTimeout(milliseconds: number): this {
    this.timeout = milliseconds;
    return this;
  }
}

/** Until what was pushed has been read, and what was held of answers has been written. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

describe('openPreflightLane', () => {
  let server: Server;
  let answered: number;
  let sent: number;

  beforeEach(async () => {
    server = createServer();
    answered = 0;
    sent = 0;
    const answer: Parameters<typeof openPreflightLane>[1] = (_head, _preflight, { send, onceSent }) => {
      answered++;
      const canBeSent = send({ status: 200, headers: [['X-Long', 'x'.repeat(10_000)]] }, 0);
      onceSent(() => {
        sent++;
      });
      return canBeSent;
    };
    openPreflightLane(server, answer, DEFAULT_LIMITS.headerBytes);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });

  it.each([
    {
      name: 'one by one',
      push: (connection: Unread) => {
        for (let i = 0; i < 10; i++) connection.push(PREFLIGHT);
      },
    },
    { name: 'in one piece', push: (connection: Unread) => connection.push(PREFLIGHT.repeat(10)) },
  ])('reads on from a client only when it has read its answers, asked $name', async ({ push }) => {
    const connection = new Unread();
    server.emit('connection', connection);
    push(connection);
    await turn();
    expect(connection.isPaused()).toBe(true);
    expect(answered).toBeLessThan(10);
    while (answered < 10) {
      connection.release();
      await turn();
    }
    connection.destroy();
  });

  it('tells of an answer when it has been handed to the system', async () => {
    const connection = new Unread();
    server.emit('connection', connection);
    connection.push(PREFLIGHT);
    await turn();
    expect([answered, sent]).toEqual([1, 0]);
    connection.release();
    await turn();
    expect(sent).toBe(1);
    connection.destroy();
  });

  it('tells of answers that nobody is there for any more', async () => {
    const connection = new Unread();
    server.emit('connection', connection);
    connection.push(PREFLIGHT.repeat(2));
    await turn();
    expect([answered, sent]).toEqual([2, 0]);
    connection.destroy();
    await turn();
    expect(sent).toBe(2);
  });

  it('tells of an answer that has been handed on while another one waits behind it', async () => {
    server.on('request', (_request, response) => void response.end('another'));
    const connection = new Unread();
    server.emit('connection', connection);
    connection.push(`${PREFLIGHT}GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
    await turn();
    expect([answered, sent]).toEqual([1, 0]);
    while (!connection.received.endsWith('another')) {
      connection.release();
      await turn();
    }
    expect(sent).toBe(1);
    connection.destroy();
  });

  it('sends its answers before the parser has the connection, and somebody might end it', async () => {
    server.on('request', ({ socket }) => socket.destroy());
    const connection = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    connection.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    connection.write(`${PREFLIGHT}GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(connection, 'close');
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });

  it('keeps a connection as long as is in force, however many preflights came first', async () => {
    const connection = new Unread();
    server.keepAliveTimeout = 7_000;
    server.emit('connection', connection);
    connection.push(PREFLIGHT.repeat(2));
    await turn();
    expect(connection.timeout).toBe(7_000);
    connection.release();
    await turn();
    connection.release();
    await turn();
    server.keepAliveTimeout = 9_000;
    connection.push(PREFLIGHT);
    await turn();
    expect(connection.timeout).toBe(9_000);
    expect(connection.received.match(/timeout=\d+/g)).toEqual(['timeout=7', 'timeout=7', 'timeout=9']);
    connection.destroy();
  });
});
