/** Where a gateway sends requests is in its configuration alone. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Gateway, HOST, HOST_LINE, startGateway } from '../../support/gateway.ts';
import { rawRequest, sendRaw, sendRawRequest } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let gateway: Gateway;
/** What a stranger would have the gateway connect to. */
let inside: Server;
let reached = 0;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url);
  inside = createServer(socket => {
    reached += 1;
    socket.end(answer('secret'));
  });
  await new Promise<void>(resolve => inside.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  reached = 0;
  upstream.play(({ connection }) => connection.end(answer('ok')));
});

afterAll(async () => {
  inside.close();
  await gateway.stop();
  await upstream.stop();
});

const insideHost = (): string => `127.0.0.1:${(inside.address() as AddressInfo).port}`;

describe('a stranger', () => {
  it.each([
    { name: 'Host', request: (to: string) => rawRequest('GET /a HTTP/1.1', [`Host: ${to}`]) },
    {
      name: 'a target in absolute-form',
      request: (to: string) => rawRequest(`GET http://${to}/a HTTP/1.1`, [HOST_LINE]),
    },
    {
      name: 'a target in absolute-form, with a user',
      request: (to: string) => rawRequest(`GET http://${HOST}@${to}/a HTTP/1.1`, [HOST_LINE]),
    },
    { name: 'two slashes', request: (to: string) => rawRequest(`GET //${to}/a HTTP/1.1`, [HOST_LINE]) },
    {
      name: 'a target without a slash',
      request: (to: string) => rawRequest(`GET @${to}/a HTTP/1.1`, [HOST_LINE]),
    },
    {
      name: 'X-Forwarded-Host',
      request: (to: string) => rawRequest('GET /a HTTP/1.1', [HOST_LINE, `X-Forwarded-Host: ${to}`]),
    },
    {
      name: 'Forwarded',
      request: (to: string) => rawRequest('GET /a HTTP/1.1', [HOST_LINE, `Forwarded: host="${to}"`]),
    },
    {
      name: 'X-Original-URL',
      request: (to: string) => rawRequest('GET /a HTTP/1.1', [HOST_LINE, `X-Original-URL: http://${to}/`]),
    },
    {
      name: 'the source of a copy',
      request: (to: string) =>
        rawRequest('PUT /a HTTP/1.1', [HOST_LINE, `x-cos-copy-source: ${to}/a`, 'Content-Length: 0']),
    },
    { name: 'CONNECT', request: (to: string) => `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n` },
    {
      name: 'Upgrade',
      request: (to: string) => rawRequest('GET /a HTTP/1.1', [HOST_LINE, `Upgrade: http://${to}`]),
    },
  ])('does not choose by $name where a request goes', async ({ request }) => {
    const answers = await sendRaw(gateway.cos, request(insideHost()));
    expect(answers).toHaveLength(1);
    expect(answers[0]?.body).not.toContain('secret');
    expect(reached).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('is not led on where an upstream redirects with %i', async status => {
    const location = `http://${insideHost()}/a`;
    upstream.play(({ connection }) =>
      connection.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
    );
    const response = await sendRawRequest(gateway.cos, rawRequest('GET /a HTTP/1.1', [HOST_LINE]));
    expect([response.status, response.headers.get('location')]).toEqual([status, location]);
    expect(upstream.requests).toHaveLength(1);
    expect(reached).toBe(0);
  });
});
