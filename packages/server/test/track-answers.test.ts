import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trackAnswers } from '../src/track-answers.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const COUNT = 20_000;
/** What one reading of the system can hold, twice. */
const BOUND = 2 * Math.ceil(65_536 / REQUEST.length);

describe('answers that are given in turn', () => {
  let server: Server;
  let client: Socket;
  let received: number;
  let answered: number;
  let mostWaiting: number;
  let answer: (response: ServerResponse) => void;

  beforeEach(async () => {
    received = 0;
    answered = 0;
    mostWaiting = 0;
    const answers = trackAnswers();
    server = createServer((_request, response) => {
      received++;
      mostWaiting = Math.max(mostWaiting, received - answered);
      response.on('close', () => {
        answered++;
      });
      answers.inTurn(response, () => answer(response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {}).resume();
  });
  afterEach(() => {
    client.destroy();
    server.close();
  });

  it('keep a client waiting that asks faster than it is answered', async () => {
    answer = response => {
      setImmediate(() => response.end());
    };
    client.write(REQUEST.repeat(COUNT));
    while (answered < COUNT) await new Promise(setImmediate);
    expect(mostWaiting).toBeLessThan(BOUND);
  });

  it('keep a client waiting whose first answer takes its time', async () => {
    answer = () => {};
    client.write(REQUEST.repeat(COUNT));
    for (let turn = 0; turn < 2_000; turn++) await new Promise(setImmediate);
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(BOUND);
  });
});
