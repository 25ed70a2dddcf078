/** A cache between browsers and the service keeps nothing for one that was made for another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../../support/admin-http.ts';
import { cosHost } from '../../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';
import { type RawResponse, rawRequest, sendRawRequest } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

const BUCKET = 'cached-1250000000';
const SERVICES = [
  { service: 'cos', tenant: BUCKET, host: cosHost(BUCKET), path: '/a' },
  { service: 'qingstor', tenant: 'cached-bucket', host: 'cached-bucket.pek3a.qingstor.com', path: '/a' },
  { service: 'azure-tables', tenant: 'cached', host: 'a', path: '/cached/Tables' },
  { service: 'boomi', tenant: 'cached-1', host: 'a', path: '/api/rest/v1/cached-1/Account' },
] as const;

let upstream: ScriptedUpstream;
let server: LocalServer;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  const timeouts = { connectTimeoutSeconds: 10, headersTimeoutSeconds: 30, idleTimeoutSeconds: 30 };
  const changes = { upstream: { ...timeouts, url: upstream.url } };
  server = await startLocalServer(
    { store: 'memory' },
    { cos: changes, qingstor: changes, 'azure-tables': changes, boomi: changes },
  );
  for (const { service, tenant } of SERVICES) {
    const body = policyFor('https://a.test', service === 'azure-tables' ? { maxAgeSeconds: 60 } : {});
    const { status } = await adminApi(server.admin)(policyPath(tenant, service), { method: 'PUT', body });
    expect([service, status]).toEqual([service, 200]);
  }
});

afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

function addressOf(service: string): string {
  const found = server.running.listeners.find(({ dialect }) => dialect === service);
  return found?.address ?? '';
}

function get(
  { service, host, path }: (typeof SERVICES)[number],
  lines: readonly string[],
): Promise<RawResponse> {
  return sendRawRequest(addressOf(service), rawRequest(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ...lines]));
}

describe.each(SERVICES)('an answer of $service', each => {
  it.each([
    { name: 'to an origin that is let in', lines: ['Origin: https://a.test'] },
    { name: 'to one that is not', lines: ['Origin: https://b.test'] },
    { name: 'to none', lines: [] },
    { name: 'to two', lines: ['Origin: https://a.test', 'Origin: https://b.test'] },
    { name: 'to null', lines: ['Origin: null'] },
  ])('$name says that it depends on the origin, errors too', async ({ lines }) => {
    for (const status of [200, 404, 500]) {
      upstream.play(({ connection }) => connection.end(answer('ok').replace('200 OK', `${status} X`)));
      const { headers } = await get(each, lines);
      expect(headers.get('vary')?.toLowerCase().split(', ')).toContain('origin');
    }
    upstream.play(({ connection }) => connection.reset());
    expect((await get(each, lines)).headers.get('vary')?.toLowerCase()).toContain('origin');
  });

  it.each([
    'X-Forwarded-Host: evil.test',
    'X-Forwarded-Proto: evil',
    'X-Forwarded-For: evil.test',
    'X-Host: evil.test',
    'X-Original-URL: /evil.test',
    'X-Rewrite-URL: /evil.test',
    'Forwarded: host=evil.test',
    'X-HTTP-Method-Override: EVIL.TEST',
  ])('does not depend on what no cache keeps it by: %s', async line => {
    upstream.play(({ connection }) => connection.reset());
    const plain = await get(each, ['Origin: https://a.test']);
    const other = await get(each, ['Origin: https://a.test', line]);
    const shape = ({ status, code, headers }: RawResponse) => [status, code, [...headers.keys()]];
    expect(shape(other)).toEqual(shape(plain));
    expect(`${[...other.headerLines]} ${other.body}`.toLowerCase()).not.toContain('evil');
  });

  it('of our own, an error, allows nobody to keep it', async () => {
    upstream.play(({ connection }) => connection.reset());
    const { status, headers } = await get(each, []);
    // RFC 9111, section 3: with none of these, and a status that is not kept by default, it is not kept.
    expect(status).toBe(502);
    expect(headers.get('cache-control') ?? '').not.toMatch(/public|max-age|s-maxage/);
    expect(headers.has('expires')).toBe(false);
  });
});
