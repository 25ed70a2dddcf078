/** Bodies that trickle are ended after a while, also when each byte keeps the connection from being idle. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAttackers, trickle } from '../../support/attackers.ts';
import { BESIEGED_HOST, type Besieged, besiege } from '../../support/besieged.ts';
import { BUCKET, HOST_LINE } from '../../support/gateway.ts';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';
import { openConnection } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

const LIMITS = 'limits: { bodyBytesPerSecond: 1000, slowBodySeconds: 1, idleSeconds: 60 }';
const CONNECTIONS = 200;

describe('a body that trickles', () => {
  let server: Besieged;

  beforeAll(async () => {
    server = await besiege(LIMITS);
  });

  afterAll(() => server.end());

  it.each([
    { name: 'with a length', line: 'Content-Length: 100000', goOn: 'x' },
    { name: 'in chunks of a byte', line: 'Transfer-Encoding: chunked', goOn: '1\r\nx\r\n' },
    { name: 'in chunks with extensions', line: 'Transfer-Encoding: chunked', goOn: '1;a=b;c\r\nx\r\n' },
  ])('is ended: $name', async ({ line, goOn }) => {
    // Of a policy, which is read as a whole before anything is done.
    const head = `PUT /?cors HTTP/1.1\r\nHost: ${BESIEGED_HOST}\r\n${line}\r\n\r\n`;
    await server.withstand(64, async () => {
      const attackers = await openAttackers(server.cos, CONNECTIONS, head);
      const began = performance.now();
      await trickle(attackers, () => goOn, 100);
      expect(performance.now() - began).toBeLessThan(8_000);
      for (const { received } of attackers)
        expect(received()).toMatch(/^HTTP\/1\.1 4\d\d .*\r\n[\s\S]*<Code>/);
    });
  });
});

describe('a body through a gateway', () => {
  let upstream: ScriptedUpstream;
  let gateway: LocalServer;

  beforeAll(async () => {
    upstream = await openScriptedUpstream();
    const { url } = upstream;
    const cos = {
      upstream: { url, connectTimeoutSeconds: 10, headersTimeoutSeconds: 30, idleTimeoutSeconds: 30 },
    };
    gateway = await startLocalServer({ store: 'memory' }, { cos }, { text: LIMITS });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  it('that trickles is ended, and so is the request to the upstream', async () => {
    upstream.play(() => {});
    const client = await openConnection(gateway.cos);
    client.write(`PUT /a HTTP/1.1\r\n${HOST_LINE}\r\nContent-Length: 100000\r\n\r\n`);
    const timer = setInterval(() => client.write('x'), 100);
    const { connection } = await upstream.request();
    const received = await client.untilClosed();
    clearInterval(timer);
    expect(received).toMatch(/^HTTP\/1\.1 400 [\s\S]*<Code>RequestTimeOut<\/Code>/);
    await connection.closed;
  });

  it('that the upstream takes slowly is not ended', async () => {
    let goOn = (): void => {};
    upstream.play(({ connection }) => {
      connection.socket.pause();
      goOn = () => {
        connection.socket.resume();
        connection.write(answer('ok'));
      };
    });
    const client = await openConnection(gateway.cos);
    // More than all buffers on the way take.
    const body = 'x'.repeat(32 * 1024 * 1024);
    client.write(`PUT /${BUCKET} HTTP/1.1\r\n${HOST_LINE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await upstream.request();
    // Three times as long as a client may take: what is waited for is that nothing happens.
    await new Promise(resolve => setTimeout(resolve, 3_000));
    goOn();
    const [response] = await client.untilResponses(1);
    expect(response?.status).toBe(200);
  });
});
