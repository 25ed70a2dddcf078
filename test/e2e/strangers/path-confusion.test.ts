/** What the gate has decided about is what the upstream gets: the same target, byte for byte, and the same tenant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../../support/admin-http.ts';
import { BUCKET, type Gateway, HOST, HOST_LINE, startGateway } from '../../support/gateway.ts';
import { rawRequest, sendRawRequest } from '../../support/raw-http.ts';
import { answer, openScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';

const OTHER = 'other-1250000000';
const OTHER_HOST = HOST.replace(BUCKET, OTHER);

let upstream: ScriptedUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await openScriptedUpstream();
  gateway = await startGateway(upstream.url);
  for (const [tenant, origin] of [
    [BUCKET, 'https://a.test'],
    [OTHER, 'https://other.test'],
  ] as const) {
    await adminApi(gateway.admin)(policyPath(tenant), { method: 'PUT', body: policyFor(origin) });
  }
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

interface Decided {
  /** Whose rules let the request in; empty for nobody's. */
  readonly rulesOf: string;
  /** The request line and host that the upstream got. */
  readonly got: readonly [line: string | undefined, host: string | undefined];
}

/** Asks as both origins, of which each bucket lets in one. */
async function decide(target: string, hostLine: string): Promise<Decided> {
  const rulesOf: string[] = [];
  let got: Decided['got'] = [undefined, undefined];
  for (const [tenant, origin] of [
    [BUCKET, 'https://a.test'],
    [OTHER, 'https://other.test'],
  ] as const) {
    upstream.play(({ connection }) => connection.end(answer('ok')));
    const request = rawRequest(`GET ${target} HTTP/1.1`, [hostLine, `Origin: ${origin}`]);
    const { headers } = await sendRawRequest(gateway.cos, request);
    if (headers.get('access-control-allow-origin') === origin) rulesOf.push(tenant);
    const [sent] = upstream.requests;
    const host = sent?.headerLines.find(line => /^host:/i.test(line));
    got = [sent?.line, host?.slice('host:'.length).trim()];
  }
  return { rulesOf: rulesOf.join(), got };
}

describe('a target', () => {
  it.each([
    `/${OTHER}/a`,
    `/../${OTHER}/a`,
    `/%2e%2e/${OTHER}/a`,
    `/a/../../${OTHER}/a`,
    `//${OTHER_HOST}/a`,
    `/%2F${OTHER_HOST}/a`,
    '/a%2Fb',
    '/a%252Fb',
    '/a//b',
    '/a/./b',
    '/a;b=c',
    '/a\\..\\b',
    '/%5c..%5cb',
    '/?cors&x=/../a',
    `/a?bucket=${OTHER}`,
    `/a?host=${OTHER_HOST}`,
  ])('with the bucket in the host is that of the host, and goes on as it is: %s', async target => {
    const { rulesOf, got } = await decide(target, HOST_LINE);
    expect(rulesOf).toBe(BUCKET);
    if (target.startsWith('/?cors')) return;
    expect(got).toEqual([`GET ${target} HTTP/1.1`, HOST]);
  });

  it('in absolute-form has the bucket of its own host, also for the upstream, whatever Host says', async () => {
    const { rulesOf, got } = await decide(`http://${OTHER_HOST}/a`, HOST_LINE);
    expect([rulesOf, got]).toEqual([OTHER, ['GET /a HTTP/1.1', OTHER_HOST]]);
  });

  it.each([
    { name: 'upper-case', host: HOST.toUpperCase(), rulesOf: BUCKET },
    { name: 'with a port', host: `${HOST}:80`, rulesOf: BUCKET },
    { name: 'with a dot at its end', host: `${HOST}.`, rulesOf: undefined },
    { name: 'encoded', host: HOST.replace('b', '%62'), rulesOf: '' },
    { name: 'of another bucket, in front', host: `${OTHER}.${HOST}`, rulesOf: undefined },
  ])(
    'with a host $name is of one bucket, and the upstream is told the same host',
    async ({ host, rulesOf: expected }) => {
      const { rulesOf, got } = await decide('/a', `Host: ${host}`);
      if (expected !== undefined) expect(rulesOf).toBe(expected);
      // Never the rules of another bucket than that which the upstream finds.
      expect(rulesOf).not.toContain(OTHER);
      if (got[0] !== undefined) expect(got).toEqual(['GET /a HTTP/1.1', host]);
    },
  );

  it.each([
    { name: 'a slash', target: `/${BUCKET}%2Fa` },
    { name: 'dots', target: `/%2e%2e/${BUCKET}/a` },
    { name: 'a NUL', target: `/${BUCKET}%00/a` },
    { name: 'another case', target: `/${BUCKET.toUpperCase()}/a` },
    { name: 'two slashes', target: `//${BUCKET}/a` },
  ])('in path-style has no bucket by a name with $name', async ({ target }) => {
    const { rulesOf, got } = await decide(target, 'Host: cos.ap-guangzhou.myqcloud.com');
    expect(rulesOf).toBe('');
    if (got[0] !== undefined) expect(got[0]).toBe(`GET ${target} HTTP/1.1`);
  });
});
