/** No value that a stranger or a tenant chooses begins a line of its own in a head, wherever it is answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../../support/admin-http.ts';
import { cosHost, createBucket, type SendToBucket } from '../../support/cos-http.ts';
import { type Gateway, HOST_LINE, startGateway } from '../../support/gateway.ts';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';
import { parseResponses, rawRequest, sendRaw } from '../../support/raw-http.ts';
import { openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

const BUCKET = 'splitting-1250000000';
const HOST = cosHost(BUCKET);
const BREAKS = [
  { name: 'CR LF', text: '\r\nInjected: yes' },
  { name: 'LF', text: '\nInjected: yes' },
  { name: 'CR', text: '\rInjected: yes' },
  { name: 'NUL', text: '\0Injected: yes' },
];

let server: LocalServer;
let send: SendToBucket;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, BUCKET);
});

afterAll(() => server.stop());

describe('a value of a policy', () => {
  it.each(BREAKS)('with $name is refused, wherever it stands', async ({ text }) => {
    const admin = adminApi(server.admin);
    const fields = [
      { allowedOrigins: [`https://a.test${text}`] },
      { allowedMethods: [`GET${text}`] },
      { allowedHeaders: [`x-a${text}`] },
      { exposeHeaders: [`x-a${text}`] },
    ];
    for (const dialect of ['cos', 'qingstor', 'azure-tables', 'boomi']) {
      const tenant = { cos: BUCKET, qingstor: 'splitting', 'azure-tables': 'splitting', boomi: 'splitting' }[
        dialect
      ];
      for (const field of fields) {
        const body = policyFor('https://a.test', field);
        const { status } = await admin(policyPath(tenant ?? '', dialect), { method: 'PUT', body });
        expect([dialect, field, status]).toEqual([dialect, field, 422]);
      }
    }
  });
});

describe('what a request says', () => {
  // Percent-encoded it gets as far as to where it is decoded.
  const encoded = '%0d%0aInjected:%20yes%00';

  it.each([
    { name: 'a key', line: `GET /${encoded} HTTP/1.1` },
    {
      name: 'a parameter that overrides a header',
      line: `GET /a?response-content-disposition=${encoded} HTTP/1.1`,
    },
    {
      name: 'a content type to answer with',
      line: `GET /a?response-content-type=text/html${encoded} HTTP/1.1`,
    },
    { name: 'an unknown tenant', line: `GET /${encoded} HTTP/1.1`, host: '127.0.0.1' },
    { name: 'an absolute target', line: `GET http://${HOST}/${encoded} HTTP/1.1` },
    { name: 'a preflight of an odd key', line: `OPTIONS /${encoded} HTTP/1.1` },
  ])('does not split the answer: $name', async ({ line, host = HOST }) => {
    for (const address of [server.cos, server.qingstor, server.azureTables, server.boomi]) {
      const request = rawRequest(line, [
        `Host: ${host}`,
        'Origin: https://a.test',
        'Access-Control-Request-Method: GET',
      ]);
      const answers = await sendRaw(address, request);
      expect(answers).toHaveLength(1);
      expect(answers[0]?.headers.has('injected')).toBe(false);
      expect(answers[0]?.headerLines.join('')).not.toContain('\0');
    }
  });

  it('does not split the answer to whoever may sign: metadata and overrides', async () => {
    await send({ method: 'PUT', target: '/a', body: 'a', headers: { 'x-cos-meta-a': 'b' } });
    for (const name of ['response-content-type', 'response-content-disposition', 'response-cache-control']) {
      const { headers, status } = await send({ target: `/a?${name}=${encoded}` });
      expect(headers['injected']).toBeUndefined();
      expect(status).toBeLessThan(500);
    }
  });

  it('does not split the answer to a copy: its source', async () => {
    const source = `${HOST}/a${encoded}`;
    const { headers, status } = await send({
      method: 'PUT',
      target: '/b',
      headers: { 'x-cos-copy-source': source },
    });
    expect(headers['injected']).toBeUndefined();
    expect(status).toBeLessThan(500);
  });

  it('does not split the answer to a form: where it sends the browser on', async () => {
    const boundary = 'b';
    const field = (name: string, value: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    for (const { text } of BREAKS) {
      const body = [
        field('key', 'form'),
        field('success_action_redirect', `https://a.test/${text}`),
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--${boundary}--\r\n`,
      ].join('');
      const { headers, status } = await send({
        method: 'POST',
        body,
        headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
      });
      expect(headers['injected']).toBeUndefined();
      expect(status).toBeLessThan(500);
    }
  });
});

describe('what an upstream says', () => {
  let upstream: ScriptedUpstream;
  let gateway: Gateway;

  beforeAll(async () => {
    upstream = await openScriptedUpstream();
    gateway = await startGateway(upstream.url);
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  it.each([
    { name: 'a NUL in a value', head: 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n' },
    {
      name: 'a bare CR in a value',
      head: 'HTTP/1.1 200 OK\r\nX: a\rInjected: yes\r\nContent-Length: 0\r\n\r\n',
    },
    { name: 'a bare CR in a reason', head: 'HTTP/1.1 200 OK\rInjected: yes\r\nContent-Length: 0\r\n\r\n' },
    { name: 'a folded line', head: 'HTTP/1.1 200 OK\r\nX: a\r\n Injected: yes\r\nContent-Length: 0\r\n\r\n' },
    {
      name: 'two answers in one',
      head: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nInjected: yes\r\nContent-Length: 0\r\n\r\n',
    },
  ])('does not split the answer of the gateway: $name', async ({ head }) => {
    upstream.play(({ connection }) => connection.end(head));
    const answers = await sendRaw(gateway.cos, rawRequest('GET /a HTTP/1.1', [HOST_LINE]));
    expect(answers).toHaveLength(1);
    expect(answers[0]?.headers.has('injected')).toBe(false);
    expect(answers[0]?.headerLines.join('')).not.toMatch(/[\0\r\n]/);
  });
});

it('parseResponses sees an injected line', () => {
  const [response] = parseResponses('HTTP/1.1 200 OK\r\nX: a\r\nInjected: yes\r\nContent-Length: 0\r\n\r\n');
  expect(response?.headers.has('injected')).toBe(true);
});
