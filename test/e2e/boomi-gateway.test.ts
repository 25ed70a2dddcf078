/** A gateway before an API like Boomi's, as bytes on the wire. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminApi, policyPath } from '../support/admin-http.ts';
import {
  BOOMI_TOKEN,
  type BoomiUpstream,
  basicAuthorization,
  type ReceivedRequest,
  startBoomiUpstream,
} from '../support/boomi-upstream.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { type RawResponse, rawRequest, sendRawRequest } from '../support/raw-http.ts';

/** The account of the local credential, and one of which the gateway holds none. */
const HELD = 'account-123456';
const OTHER = 'boomi_other-T9ABC4';
const ORIGIN = 'https://mydomain.com';
const READER = 'https://a.reader.example:8443';
const ATOM_ID = '3456789a-bcde-f012-3456-789abcdef012';
const AUTHORIZED = `Authorization: ${basicAuthorization(BOOMI_TOKEN.user, BOOMI_TOKEN.token)}`;
const POLICY = {
  rules: [
    { allowedOrigins: [ORIGIN], allowedMethods: ['GET', 'POST', 'DELETE'] },
    { allowedOrigins: ['https://*.Reader.example:8443', 'http://127.0.0.1'], allowedMethods: ['GET'] },
  ],
};
const GRANTED = [`Access-Control-Allow-Origin: ${ORIGIN}`, 'Access-Control-Allow-Credentials: true'];

let upstream: BoomiUpstream;
let server: LocalServer;

beforeAll(async () => {
  upstream = await startBoomiUpstream();
  server = await startLocalServer({ store: 'memory', upstream: [`boomi=${upstream.url}`] });
  for (const account of [HELD, OTHER]) {
    const put = await adminApi(server.admin)(policyPath(account, 'boomi'), { method: 'PUT', body: POLICY });
    expect(put.status).toBe(200);
  }
});

afterAll(async () => {
  await server?.stop();
  await upstream?.stop();
});

beforeEach(() => {
  upstream.failWith = undefined;
});

/** Sends `METHOD target`, with a `Host` and further header lines. */
function send(methodAndTarget: string, lines: readonly string[] = [], body = ''): Promise<RawResponse> {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  const head = ['Host: api.boomi.com', ...lines, ...length];
  return sendRawRequest(server.boomi, rawRequest(`${methodAndTarget} HTTP/1.1`, head, body));
}

function atomOf(account: string, base = '/api/rest/v1'): string {
  return `${base}/${account}/Atom/${ATOM_ID}`;
}

function corsLines(response: RawResponse): readonly string[] {
  return response.headerLines.filter(line => /^access-control-/i.test(line));
}

/** Sends one request, and gives what reached the upstream meanwhile. */
async function passedOn(
  request: () => Promise<RawResponse>,
): Promise<readonly [RawResponse, readonly ReceivedRequest[]]> {
  const before = upstream.received.length;
  const response = await request();
  return [response, upstream.received.slice(before)];
}

describe('the documented requests', () => {
  it('are answered as documented, the preflight', async () => {
    const [response, received] = await passedOn(() =>
      send(`OPTIONS ${atomOf(HELD)}`, [
        `Origin: ${ORIGIN}`,
        'Access-Control-Request-Method: DELETE',
        'Access-Control-Request-Headers: accept, authorization, content-type',
      ]),
    );
    expect([response.status, response.body, received]).toEqual([200, '', []]);
    expect(response.headerLines.filter(line => !/^(?:Date|Connection): /.test(line))).toEqual([
      'Content-Length: 0',
      'Access-Control-Allow-Credentials: true',
      'Access-Control-Allow-Headers: cache-control,content-type,expires,last-modified,accept,content-language,authorization,pragma',
      'Access-Control-Allow-Origin: https://mydomain.com',
      'Access-Control-Allow-Methods: GET, POST, DELETE',
      'Access-Control-Max-Age: 3600',
    ]);
  });

  it('are answered as documented, the actual request', async () => {
    const target = `/api/rest/v1/${OTHER}/Atom/documented`;
    const [response, received] = await passedOn(() =>
      send(`DELETE ${target}`, [`Origin: ${ORIGIN}`, AUTHORIZED]),
    );
    expect(response.status).toBe(200);
    expect(corsLines(response)).toEqual(GRANTED);
    expect(received).toMatchObject([{ method: 'DELETE', target }]);
    expect((await send(`GET ${target}`, [AUTHORIZED])).status).toBe(404);
  });
});

describe('a preflight', () => {
  const preflight = (
    target: string,
    origin: string,
    method: string,
    ...lines: readonly string[]
  ): Promise<RawResponse> =>
    send(`OPTIONS ${target}`, [`Origin: ${origin}`, `Access-Control-Request-Method: ${method}`, ...lines]);

  it.each([
    { name: 'a wildcard', origin: READER, methods: 'GET' },
    { name: 'a second origin of a rule', origin: 'http://127.0.0.1', methods: 'GET' },
    { name: 'a default port', origin: 'http://127.0.0.1:80', methods: 'GET' },
    { name: 'an origin in capitals', origin: 'HTTPS://MYDOMAIN.COM', methods: 'GET, POST, DELETE' },
  ])('is allowed by $name', async ({ origin, methods }) => {
    const response = await preflight(atomOf(HELD), origin, 'GET');
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-methods')).toBe(methods);
  });

  it.each([
    { name: 'the Partner API', target: atomOf(HELD, '/partner/api/rest/v1') },
    { name: 'API Management', target: atomOf(HELD, '/apim/api/rest/v1') },
    { name: 'a JSON web token', target: `/auth/jwt/generate/${HELD}` },
    { name: 'what does not exist', target: `/api/rest/v1/${HELD}/Nothing` },
    {
      name: 'an account that overrides',
      target: `${atomOf(HELD, '/partner/api/rest/v1')}?overrideAccount=nobody-1`,
    },
  ])('is allowed for $name', async ({ target }) => {
    expect((await preflight(target, ORIGIN, 'DELETE')).status).toBe(200);
  });

  it.each([
    { name: 'another origin', target: atomOf(HELD), origin: 'https://other.com', method: 'GET' },
    {
      name: 'the domain of a wildcard',
      target: atomOf(HELD),
      origin: 'https://reader.example:8443',
      method: 'GET',
    },
    { name: 'another port', target: atomOf(HELD), origin: `${ORIGIN}:8443`, method: 'GET' },
    { name: 'a method that the rule has not', target: atomOf(HELD), origin: READER, method: 'POST' },
    { name: 'a method that no rule can have', target: atomOf(HELD), origin: ORIGIN, method: 'PUT' },
    { name: 'an account that nobody knows', target: atomOf('nobody-1'), origin: ORIGIN, method: 'GET' },
    { name: 'what no account can be', target: atomOf('%2F'), origin: ORIGIN, method: 'GET' },
    {
      name: 'the way to an account through another',
      target: `/api/rest/v1/${HELD}/..%2f${OTHER}/Atom`,
      origin: ORIGIN,
      method: 'GET',
    },
    { name: 'another API', target: `/api/soap/v1/${HELD}`, origin: ORIGIN, method: 'POST' },
    {
      name: 'the rules of an account that overrides',
      target: `${atomOf('nobody-1', '/partner/api/rest/v1')}?overrideAccount=${HELD}`,
      origin: ORIGIN,
      method: 'GET',
    },
  ])('is refused for $name, alike', async ({ target, origin, method }) => {
    const [response, received] = await passedOn(() => preflight(target, origin, method));
    expect([response.status, received]).toEqual([401, []]);
    expect(response.headerLines.map(line => line.slice(0, line.indexOf(':')))).toEqual([
      'Content-Type',
      'Content-Length',
      'Date',
      'Connection',
    ]);
    expect(response.body).toBe(
      '<error><message>The CORS rules of the account do not allow this method from this origin.</message></error>',
    );
  });

  it('is refused in JSON for who prefers it', async () => {
    const response = await preflight(atomOf(HELD), 'https://other.com', 'GET', 'Accept: application/json');
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/json']);
    expect(JSON.parse(response.body)).toMatchObject({ '@type': 'Error' });
  });

  it.each([
    { name: 'Origin', lines: ['Access-Control-Request-Method: GET'] },
    { name: 'Access-Control-Request-Method', lines: [`Origin: ${ORIGIN}`] },
    { name: 'both', lines: [] },
  ])('is none without $name: the API has no such method', async ({ lines }) => {
    const [response, received] = await passedOn(() => send(`OPTIONS ${atomOf(HELD)}`, lines));
    expect([response.status, received]).toEqual([405, []]);
    expect(response.headers.get('allow')).toBe('GET, POST, DELETE');
    expect(corsLines(response)).toEqual([]);
  });
});

describe('an actual request', () => {
  it('reaches the upstream as it was sent, but for its Host', async () => {
    const target = `/partner/api/rest/v1/${HELD}/Atom/query?overrideAccount=sub-1&a=%2B+`;
    const query = '{"QueryFilter":{}}';
    const [response, [received]] = await passedOn(() =>
      send(`POST ${target}`, [`Origin: ${ORIGIN}`, AUTHORIZED, 'X-Boomi-OTP: 123456'], query),
    );
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ '@type': 'QueryResult' });
    expect(corsLines(response)).toEqual(GRANTED);
    expect(received).toMatchObject({ method: 'POST', target, body: query });
    expect(received?.headers).toMatchObject({
      host: upstream.host,
      authorization: AUTHORIZED.slice('Authorization: '.length),
      'x-boomi-otp': '123456',
      origin: ORIGIN,
    });
  });

  it.each([200, 400, 401, 403, 404, 410, 500, 503])(
    'can be read by the page when the upstream says %i',
    async status => {
      upstream.failWith = status;
      const response = await send(`GET ${atomOf(HELD)}`, [`Origin: ${ORIGIN}`, AUTHORIZED]);
      expect(response.status).toBe(status);
      expect(JSON.parse(response.body)).toEqual({ '@type': 'Error', message: 'as it was told' });
      expect(corsLines(response)).toEqual(GRANTED);
      expect(response.headers.get('vary')).toBe('Origin');
    },
  );

  it.each([
    { name: 'no rule has the origin', method: 'GET', origin: 'https://other.com' },
    { name: 'no rule has the method for it', method: 'DELETE', origin: READER },
  ])('is done, and cannot be read, when $name', async ({ method, origin }) => {
    const target = `/api/rest/v1/${HELD}/Atom/${method}-by-other`;
    const [response, received] = await passedOn(() =>
      send(`${method} ${target}`, [`Origin: ${origin}`, AUTHORIZED]),
    );
    expect([response.status, received.length]).toEqual([200, 1]);
    expect(corsLines(response)).toEqual([]);
  });

  it('has no headers of CORS without an Origin, nor for an account without rules', async () => {
    const withoutOrigin = await send(`GET ${atomOf(HELD)}`, [AUTHORIZED]);
    const withoutRules = await send(`GET ${atomOf('nobody-1')}`, [AUTHORIZED, `Origin: ${ORIGIN}`]);
    for (const response of [withoutOrigin, withoutRules]) {
      expect([response.status, corsLines(response)]).toEqual([200, []]);
    }
  });
});

describe('credentials', () => {
  const wrong = `Authorization: ${basicAuthorization(BOOMI_TOKEN.user, 'wrong')}`;

  it.each([
    { name: 'none', lines: [] },
    { name: 'wrong ones', lines: [wrong] },
    { name: 'another scheme', lines: ['Authorization: Bearer abc'] },
    { name: 'two of them', lines: [AUTHORIZED, AUTHORIZED] },
  ])('are asked for by the gateway where it holds them: $name', async ({ lines }) => {
    const [response, received] = await passedOn(() =>
      send(`GET ${atomOf(HELD)}`, [...lines, `Origin: ${ORIGIN}`, 'Accept: application/json']),
    );
    expect([response.status, received]).toEqual([401, []]);
    expect(JSON.parse(response.body)).toMatchObject({ '@type': 'Error' });
    expect(corsLines(response)).toEqual(GRANTED);
    expect(response.headers.has('www-authenticate')).toBe(false);
  });

  it('are taken with the password as well as with the token', async () => {
    const password = `Authorization: ${basicAuthorization('local@crossgate.test', BOOMI_TOKEN.token)}`;
    // The upstream here takes the token alone: what it says shows that the request got there.
    const [response, received] = await passedOn(() => send(`GET ${atomOf(HELD)}`, [password]));
    expect([response.status, received.length]).toEqual([401, 1]);
    expect((await send(`GET ${atomOf(HELD)}`, [AUTHORIZED])).status).toBe(200);
  });

  it.each([
    { name: 'none', lines: [], status: 401 },
    { name: 'wrong ones', lines: [wrong], status: 401 },
    { name: 'right ones', lines: [AUTHORIZED], status: 200 },
  ])('are left to the upstream where the gateway holds none: $name', async ({ lines, status }) => {
    const [response, received] = await passedOn(() => send(`GET ${atomOf(OTHER)}`, lines));
    expect([response.status, received.length]).toEqual([status, 1]);
  });

  it.each([
    `//api/rest/v1/${HELD}/Atom/1`,
    `/api/rest/v1/${HELD};a=b/Atom/1`,
    '/api/rest/v1/account%2D123456/Atom/1',
    `/%61pi/rest/v1/${HELD}/Atom/1`,
  ])('are asked for however the account is written: %s', async target => {
    const [response, received] = await passedOn(() => send(`GET ${target}`));
    expect([response.status, received]).toEqual([401, []]);
  });
});

describe('what is wrong on the way', () => {
  it.each([
    { name: 'a path with a dot segment', target: `/api/rest/v1/${OTHER}/..;/${HELD}/Atom`, status: 400 },
    { name: 'a path that is not UTF-8', target: `/api/rest/v1/${HELD}/%ff`, status: 400 },
  ])('is told in the words of the service: $name', async ({ target, status }) => {
    const [response, received] = await passedOn(() => send(`GET ${target}`, [AUTHORIZED]));
    expect([response.status, received]).toEqual([status, []]);
    expect(response.body).toMatch(
      /^<error><message>The request target cannot be read: .*<\/message><\/error>$/,
    );
  });

  it.each([
    {
      name: 'a head that is too large',
      bytes: `GET / HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(70_000)}`,
      status: 431,
    },
    { name: 'what is no HTTP', bytes: 'HELLO\r\n\r\n', status: 400 },
    { name: 'no Host', bytes: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', status: 400 },
  ])('is told in the words of the service: $name', async ({ bytes, status }) => {
    const response = await sendRawRequest(server.boomi, bytes);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/xml']);
    expect(response.body).toMatch(/^<error><message>.*<\/message><\/error>$/);
  });

  it('is told as 502 when the upstream is gone, and can be read by the page', async () => {
    const gone = await startBoomiUpstream();
    const before = await startLocalServer({ store: 'memory', upstream: [`boomi=${gone.url}`] });
    try {
      await adminApi(before.admin)(policyPath(HELD, 'boomi'), { method: 'PUT', body: POLICY });
      await gone.stop();
      const lines = ['Host: a', `Origin: ${ORIGIN}`, AUTHORIZED, 'Accept: application/json'];
      const response = await sendRawRequest(before.boomi, rawRequest(`GET ${atomOf(HELD)} HTTP/1.1`, lines));
      expect([response.status, corsLines(response)]).toEqual([502, GRANTED]);
      expect(JSON.parse(response.body)).toMatchObject({ '@type': 'Error' });
    } finally {
      await before.stop();
    }
  });
});

describe('a gate without an upstream', () => {
  it('answers preflights, and says how to have more', async () => {
    const alone = await startLocalServer({ store: 'memory' });
    try {
      await adminApi(alone.admin)(policyPath(HELD, 'boomi'), { method: 'PUT', body: POLICY });
      const lines = ['Host: a', `Origin: ${ORIGIN}`];
      const preflight = [...lines, 'Access-Control-Request-Method: GET'];
      const allowed = await sendRawRequest(
        alone.boomi,
        rawRequest(`OPTIONS ${atomOf(HELD)} HTTP/1.1`, preflight),
      );
      expect(allowed.status).toBe(200);
      const actual = rawRequest(`GET ${atomOf(HELD)} HTTP/1.1`, [...lines, AUTHORIZED]);
      const response = await sendRawRequest(alone.boomi, actual);
      expect(response.status).toBe(501);
      expect(response.body).toContain('--upstream boomi=URL');
      expect(corsLines(response)).toEqual(GRANTED);
    } finally {
      await alone.stop();
    }
  });
});
