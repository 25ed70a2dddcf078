/** Rates of tenants and addresses: what is one too many is refused in the service's words, and can be read by pages. */
import { afterEach, describe, expect, it } from 'vitest';
import { adminApi, policyFor, policyPath } from '../../support/admin-http.ts';
import { cosHost } from '../../support/cos-http.ts';
import { type LocalServer, type LogLine, startLocalServer } from '../../support/local-server.ts';
import { openConnection, type RawResponse, rawRequest, sendRawRequest } from '../../support/raw-http.ts';

const BUCKET = 'rated-1250000000';
const ORIGIN = 'Origin: https://a.test';

let server: LocalServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(limits: string, logged: LogLine[] = []): Promise<LocalServer> {
  server = await startLocalServer({ store: 'memory' }, {}, { text: `limits: ${limits}`, logged });
  return server;
}

function get(
  address: string,
  host: string,
  path = '/a',
  lines: readonly string[] = [],
): Promise<RawResponse> {
  return sendRawRequest(address, rawRequest(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ORIGIN, ...lines]));
}

/** The rate is slow enough that no token comes back while a test runs. */
const TENANT_RATE = '{ tenantRate: { requestsPerSecond: 1, burst: 3 } }';
const SLOW = '{ addressRate: { requestsPerSecond: 1, burst: 3 } }';

describe('a rate', () => {
  it('counts an OPTIONS request once that turns out to be no preflight', async () => {
    const { boomi } = await start(TENANT_RATE);
    const connection = await openConnection(boomi);
    connection.write('OPTIONS /api/rest/v1/account-123456/Account HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4));
    const answers = await connection.untilResponses(4);
    expect(answers.map(({ headers }) => headers.has('retry-after'))).toEqual([false, false, false, true]);
  });

  it('is there for nobody unless it is configured', async () => {
    const { cos } = await start('{}');
    const connection = await openConnection(cos);
    const request = `GET /a HTTP/1.1\r\nHost: ${cosHost(BUCKET)}\r\n\r\n`;
    for (let i = 0; i < 10; i++) connection.write(request.repeat(5));
    expect(new Set((await connection.untilResponses(50)).map(({ status }) => status))).toEqual(
      new Set([404]),
    );
  });

  it.each([
    { service: 'cos', host: cosHost(BUCKET), path: '/a', status: 503, code: 'SlowDown' },
    {
      service: 'qingstor',
      host: 'rated-bucket.pek3a.qingstor.com',
      path: '/a',
      status: 503,
      code: 'service_unavailable',
    },
    { service: 'azureTables', host: 'a', path: '/rated/Tables', status: 503, code: 'ServerBusy' },
    {
      service: 'boomi',
      host: 'a',
      path: '/api/rest/v1/account-123456/Account/query',
      status: 503,
      code: undefined,
    },
  ] as const)(
    'refuses in the words of $service, with the time to come again',
    async ({ service, host, path, status, code }) => {
      const address = (await start(TENANT_RATE))[service];
      const answers: RawResponse[] = [];
      for (let i = 0; i < 6; i++) answers.push(await get(address, host, path));
      const refused = answers.filter(({ headers }) => headers.has('retry-after'));
      expect(refused.length).toBeGreaterThanOrEqual(2);
      for (const answer of refused) {
        expect(answer.status).toBe(status);
        expect(answer.headers.get('retry-after')).toBe('1');
        expect(answer.body === '' ? undefined : answer.body).toContain(code ?? 'rate limit');
      }
      expect(answers[0]?.headers.has('retry-after')).toBe(false);
    },
  );

  it('of a tenant counts preflights, and no other tenant', async () => {
    const { cos } = await start(TENANT_RATE);
    const preflight = rawRequest('OPTIONS /a HTTP/1.1', [
      `Host: ${cosHost(BUCKET)}`,
      ORIGIN,
      'Access-Control-Request-Method: GET',
    ]);
    for (let i = 0; i < 3; i++) await sendRawRequest(cos, preflight);
    expect((await sendRawRequest(cos, preflight)).code).toBe('SlowDown');
    expect((await get(cos, cosHost('other-1250000000'))).code).toBe('NoSuchBucket');
  });

  it('counts an OPTIONS that is no preflight to the service once', async () => {
    const { boomi } = await start('{ tenantRate: { requestsPerSecond: 1, burst: 2 } }');
    const options = `OPTIONS /api/rest/v1/account-123456/Account/query HTTP/1.1\r\nHost: a\r\n${ORIGIN}\r\n\r\n`;
    const limited: (boolean | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const connection = await openConnection(boomi);
      connection.write(options);
      const [answer] = await connection.untilResponses(1);
      limited.push(answer?.headers.has('retry-after'));
    }
    expect(limited).toEqual([false, false, true]);
  });

  it('of a tenant counts its name in any case, in which an upstream could find it', async () => {
    const { boomi } = await start('{ tenantRate: { requestsPerSecond: 1, burst: 2 } }');
    const answers: RawResponse[] = [];
    for (const name of ['account-1', 'ACCOUNT-1', 'Account-1', 'aCCOUNT-1', 'AcCOUNT-1', 'ACcount-1']) {
      answers.push(await get(boomi, 'a', `/api/rest/v1/${name}/Account/query`));
    }
    expect(answers.filter(({ headers }) => headers.has('retry-after')).length).toBeGreaterThanOrEqual(2);
  });

  it('of an address counts requests to all tenants and services', async () => {
    const { cos, qingstor } = await start(SLOW);
    for (const name of ['a', 'b', 'c']) await get(cos, cosHost(`${name}-1250000000`));
    expect((await get(cos, cosHost('d-1250000000'))).code).toBe('SlowDown');
    expect((await get(qingstor, 'rated-bucket.pek3a.qingstor.com')).code).toBe('service_unavailable');
  });

  it('of an address goes by X-Forwarded-For of proxies that are trusted, and of no others', async () => {
    const trusting = await start(`{ trustedProxies: [127.0.0.0/8], ${SLOW.slice(1)}`);
    const from = (address: string): readonly string[] => [`X-Forwarded-For: 198.51.100.77, ${address}`];
    for (let i = 0; i < 4; i++) await get(trusting.cos, cosHost(BUCKET), '/a', from('203.0.113.1'));
    expect((await get(trusting.cos, cosHost(BUCKET), '/a', from('203.0.113.1'))).code).toBe('SlowDown');
    expect((await get(trusting.cos, cosHost(BUCKET), '/a', from('203.0.113.2'))).code).toBe('NoSuchBucket');
    await trusting.stop();
    const { cos } = await start(SLOW);
    for (let i = 0; i < 4; i++) await get(cos, cosHost(BUCKET), '/a', from(`203.0.113.${i}`));
    expect((await get(cos, cosHost(BUCKET), '/a', from('203.0.113.9'))).code).toBe('SlowDown');
  });

  it('lets pages read the refusal, and is counted, with few lines in the log', async () => {
    const logged: LogLine[] = [];
    const { cos, admin } = await start(TENANT_RATE, logged);
    await adminApi(admin)(policyPath(BUCKET), { method: 'PUT', body: policyFor('https://a.test') });
    const answers: RawResponse[] = [];
    for (let i = 0; i < 30; i++) answers.push(await get(cos, cosHost(BUCKET)));
    const refused = answers.filter(({ code }) => code === 'SlowDown');
    expect(refused.length).toBeGreaterThan(20);
    for (const { headers } of refused) {
      expect(headers.get('access-control-allow-origin')).toBe('https://a.test');
      expect(headers.get('vary')).toBe('Origin');
    }
    const metrics = (await adminApi(admin)('/metrics')).text;
    expect(metrics).toContain(
      `crossgate_requests_total{dialect="cos",kind="data",outcome="limited",reason="tenant"} ${refused.length}\n`,
    );
    const lines = logged.filter(line => line['outcome'] === 'limited');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(10);
    expect((await adminApi(admin)('/api/v1/refusals')).text).not.toContain('rate');
  });
});
