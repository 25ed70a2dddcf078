import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPreflightLane } from '../../src/preflight-lane/preflight-lane.ts';
import { DEFAULT_LIMITS } from '../../src/serve-config.ts';

const PREFLIGHT = 'OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A connection to somebody who reads nothing until `release` is called. */
class Unread extends Duplex {
  release: () => void = () => {};

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, callback: () => void): void {
    this.release = callback;
  }

  setTimeout(): this {
    return this;
  }
}

describe('openPreflightLane', () => {
  let server: Server;
  let answered: number;

  beforeEach(async () => {
    server = createServer();
    answered = 0;
    const answer: Parameters<typeof openPreflightLane>[1] = (_head, { send }) => {
      answered++;
      return send({ status: 200, headers: [['X-Long', 'x'.repeat(10_000)]] }, 0);
    };
    openPreflightLane(server, answer, DEFAULT_LIMITS.headerBytes);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });

  it('reads on from a client only when it has read its answers', async () => {
    const connection = new Unread();
    server.emit('connection', connection);
    for (let i = 0; i < 10; i++) connection.push(PREFLIGHT);
    await new Promise(setImmediate);
    expect(connection.isPaused()).toBe(true);
    expect(answered).toBeLessThan(10);
    while (answered < 10) {
      connection.release();
      await new Promise(setImmediate);
    }
    connection.destroy();
  });
});
