/** Who decides about CORS at a gateway: its own rules, whatever the upstream says, and also when it says nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cosBucket, putCors } from '../support/cos-http.ts';
import { freePort } from '../support/free-port.ts';
import { BUCKET, type Gateway, HOST_LINE, SHORT_TIMEOUTS, startGateway } from '../support/gateway.ts';
import { type RawResponse, rawRequest, sendRawRequest } from '../support/raw-http.ts';
import {
  answer,
  openScriptedUpstream,
  type Script,
  type ScriptedUpstream,
} from '../support/scripted-upstream.ts';

const ORIGIN = 'https://page.example';
const GET = rawRequest('GET /a HTTP/1.1', [HOST_LINE, `Origin: ${ORIGIN}`]);
const PREFLIGHT = rawRequest('OPTIONS /a HTTP/1.1', [
  HOST_LINE,
  `Origin: ${ORIGIN}`,
  'Access-Control-Request-Method: GET',
]);
const RULE = `<CORSRule><AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
  <ExposeHeader>ETag</ExposeHeader></CORSRule><ResponseVary>true</ResponseVary>`;

let upstream: ScriptedUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url, SHORT_TIMEOUTS);
});

beforeEach(() => putCors(cosBucket(gateway.cos, BUCKET), RULE));

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

async function pass(request: string, script: Script): Promise<RawResponse> {
  upstream.play(script);
  return await sendRawRequest(gateway.cos, request);
}

/** Every line about CORS, and `Vary`. */
function corsLines({ headerLines }: RawResponse): string[] {
  return headerLines.filter(line => /^(access-control-|vary:)/i.test(line)).sort();
}

const OURS = [
  'Access-Control-Allow-Credentials: true',
  `Access-Control-Allow-Origin: ${ORIGIN}`,
  'Access-Control-Expose-Headers: ETag',
];
const VARY = 'Vary: Origin';

describe('an answer of the upstream', () => {
  it.each([
    { name: 'of all origins', lines: ['Access-Control-Allow-Origin: *'] },
    { name: 'twice', lines: ['Access-Control-Allow-Origin: *', `Access-Control-Allow-Origin: ${ORIGIN}`] },
    {
      name: 'in any case',
      lines: ['access-control-allow-origin: *', 'ACCESS-CONTROL-ALLOW-CREDENTIALS: false'],
    },
    {
      name: 'that no standard has',
      lines: ['Access-Control-Allow-Private-Network: true', 'access-control-x: 1'],
    },
    {
      name: 'with bytes',
      lines: ['Access-Control-Allow-Origin: \xff\xfe', 'Access-Control-Expose-Headers: *'],
    },
    { name: 'none', lines: [] },
  ])('has the headers of our rules and none of its own: $name', async ({ lines }) => {
    const response = await pass(GET, ({ connection }) => connection.end(answer('ok', lines)));
    expect([response.status, response.body]).toEqual([200, 'ok']);
    expect(corsLines(response)).toEqual([...OURS, VARY]);
  });

  it('has none for an origin that our rules do not have, whatever its own say', async () => {
    const lines = ['Access-Control-Allow-Origin: https://evil.example', 'Vary: Origin'];
    const request = GET.replace(ORIGIN, 'https://evil.example');
    const response = await pass(request, ({ connection }) => connection.end(answer('ok', lines)));
    expect(response.body).toBe('ok');
    expect(corsLines(response).filter(line => line.startsWith('Access-Control'))).toEqual([]);
  });

  it.each([
    { name: 'ours in other letters', lines: ['vary: origin'], vary: 'Vary: origin' },
    {
      name: 'others',
      lines: ['Vary: Accept-Encoding', 'VARY: Cookie,, Origin'],
      vary: 'Vary: Accept-Encoding, Cookie, Origin',
    },
    { name: 'all', lines: ['Vary: *'], vary: 'Vary: *' },
  ])('has one Vary with every name once: $name', async ({ lines, vary }) => {
    const response = await pass(GET, ({ connection }) => connection.end(answer('ok', lines)));
    expect(corsLines(response)).toEqual([...OURS, vary]);
  });

  it.each([
    { name: 'a redirect', reply: answer('', ['Location: https://other.example/'], '302 Found'), status: 302 },
    { name: 'a 304', reply: answer('', [], '304 Not Modified'), status: 304 },
    { name: 'an error', reply: answer('<Error/>', [], '403 Forbidden'), status: 403 },
    {
      name: 'one in chunks',
      reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      status: 200,
    },
    { name: 'none', reply: '', status: 502 },
    { name: 'garbage', reply: 'garbage', status: 502 },
  ])('has them whatever it is: $name', async ({ reply, status }) => {
    const response = await pass(GET, ({ connection }) => connection.end(reply));
    expect(response.status).toBe(status);
    expect(corsLines(response)).toEqual([...OURS, VARY]);
  });

  it('has them when it did not come in time', async () => {
    const response = await pass(GET, () => {});
    expect(response.status).toBe(504);
    expect(corsLines(response)).toEqual([...OURS, VARY]);
  });

  it('exposes nothing by trailers', async () => {
    const reply =
      'HTTP/1.1 200 OK\r\nTrailer: Access-Control-Allow-Origin\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nAccess-Control-Allow-Origin: *\r\n\r\n';
    const response = await pass(GET, ({ connection }) => connection.end(reply));
    expect(corsLines(response)).toEqual([...OURS, VARY]);
    expect(response.headers.has('trailer')).toBe(false);
  });
});

describe('a preflight', () => {
  const allowed = [...OURS, 'Access-Control-Allow-Methods: GET', VARY].sort();

  it('is answered by the rules of the gateway, and never reaches the upstream', async () => {
    const response = await pass(PREFLIGHT, ({ connection }) => connection.end(answer('no', [], '500 No')));
    expect([response.status, corsLines(response)]).toEqual([200, allowed]);
    const refused = await sendRawRequest(gateway.cos, PREFLIGHT.replace(ORIGIN, 'https://evil.example'));
    expect([refused.status, refused.code]).toEqual([403, 'AccessForbidden']);
    expect(upstream.requests).toEqual([]);
  });

  it('is answered while the upstream hangs', async () => {
    upstream.play(() => {});
    const hanging = sendRawRequest(gateway.cos, GET);
    await upstream.request();
    expect((await sendRawRequest(gateway.cos, PREFLIGHT)).status).toBe(200);
    expect((await hanging).status).toBe(504);
  });

  it('is answered when there is no upstream, and so is what sets the rules', async () => {
    const lonely = await startGateway(`http://127.0.0.1:${await freePort()}`);
    expect((await sendRawRequest(lonely.cos, PREFLIGHT)).status).toBe(403);
    await putCors(cosBucket(lonely.cos, BUCKET), RULE);
    expect((await sendRawRequest(lonely.cos, PREFLIGHT)).status).toBe(200);
    const data = await sendRawRequest(lonely.cos, GET);
    expect([data.status, data.code, corsLines(data)]).toEqual([502, 'BadGateway', [...OURS, VARY]]);
    await lonely.stop();
  });
});
