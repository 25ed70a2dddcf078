import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitAddress } from '../support/cos-http.ts';
import { type LocalServer, type LogLine, startLocalServer } from '../support/local-server.ts';
import { openConnection, parseResponses, type RawResponse } from '../support/raw-http.ts';

const ORIGIN = 'https://app.example.com';

interface Service {
  readonly dialect: string;
  readonly address: (server: LocalServer) => string;
  readonly tenant: string;
  readonly path: string;
}

const SERVICES: readonly Service[] = [
  { dialect: 'cos', address: server => server.cos, tenant: 'b-1250000000', path: '/b-1250000000/k' },
  { dialect: 'qingstor', address: server => server.qingstor, tenant: 'bucket', path: '/bucket/k' },
  {
    dialect: 'azure-tables',
    address: server => server.azureTables,
    tenant: 'devstoreaccount1',
    path: '/devstoreaccount1/t',
  },
  {
    dialect: 'boomi',
    address: server => server.boomi,
    tenant: 'account-123456',
    path: '/api/rest/v1/account-123456/Atom',
  },
];

let server: LocalServer;
let logged: LogLine[];

beforeEach(async () => {
  logged = [];
  server = await startLocalServer({ logLevel: 'debug' }, {}, { logged });
  for (const { dialect, tenant } of SERVICES) {
    const rule = { allowedOrigins: [ORIGIN], allowedMethods: ['GET', 'POST'] };
    const fields =
      dialect === 'boomi' ? {} : { allowedHeaders: ['x-a'], exposeHeaders: ['ETag'], maxAgeSeconds: 600 };
    const body = JSON.stringify({ rules: [{ ...rule, ...fields }] });
    const url = `http://${server.admin}/api/v1/tenants/${dialect}/${tenant}/policy`;
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
  }
});
afterEach(() => server.stop());

function preflight(path: string, lines: readonly string[] = [], origin = ORIGIN): string {
  return [
    `OPTIONS ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Origin: ${origin}`,
    'Access-Control-Request-Method: POST',
    ...lines,
    '',
    '',
  ].join('\r\n');
}

async function answersTo(address: string, bytes: string, count: number): Promise<readonly RawResponse[]> {
  const connection = await openConnection(address);
  connection.write(bytes);
  return await connection.untilResponses(count);
}

/** Without what is of one answer alone. */
function comparable(response: RawResponse | undefined): unknown {
  const ids = /^(?:date|x-cos-request-id|x-cos-trace-id|x-qs-request-id|x-ms-request-id):.*$/i;
  const inBody = /<(RequestId|TraceId)>[^<]*|RequestId:[^<"]*|"request_id":"[^"]*"/g;
  return {
    status: response?.status,
    lines: response?.headerLines.map(line => line.replace(ids, match => match.replace(/:.*/, ''))),
    body: response?.body.replace(inBody, ''),
  };
}

/** What every parser would make the same of, and only the real one looks at. */
const TO_THE_PARSER = ['TE: trailers'];

describe('a preflight that comes alone', () => {
  describe.each(SERVICES)('to $dialect', ({ address, path, tenant }) => {
    it.each([
      { name: 'one that is allowed', of: (lines: readonly string[]) => preflight(path, lines) },
      {
        name: 'one with headers',
        of: (lines: readonly string[]) => preflight(path, ['Access-Control-Request-Headers: X-A', ...lines]),
      },
      {
        name: 'one that is refused',
        of: (lines: readonly string[]) => preflight(path, lines, 'https://nobody.example.com'),
      },
      {
        name: 'one for nobody',
        of: (lines: readonly string[]) => preflight(path.replace(tenant, 'nobody-1250000001'), lines),
      },
      {
        name: 'one without a method',
        of: (lines: readonly string[]) =>
          preflight(path, lines).replace('Access-Control-Request-Method: POST\r\n', ''),
      },
      {
        name: 'one that asks for JSON and names itself',
        of: (lines: readonly string[]) =>
          preflight(
            path,
            ['Accept: application/json', 'x-ms-client-request-id: me', ...lines],
            'https://nobody.example.com',
          ),
      },
    ])('is answered as by the parser: $name', async ({ of }) => {
      const [alone] = await answersTo(address(server), of([]), 1);
      const [parsed] = await answersTo(address(server), of(TO_THE_PARSER), 1);
      expect(comparable(alone)).toEqual(comparable(parsed));
      expect(alone?.headers.get('connection')).toBe('keep-alive');
    });

    it('is logged and counted as by the parser', async () => {
      const refused = preflight(path, [], 'https://nobody.example.com');
      await answersTo(address(server), refused, 1);
      await answersTo(address(server), preflight(path, TO_THE_PARSER, 'https://nobody.example.com'), 1);
      const [alone, parsed] = logged
        .filter(({ msg }) => msg === 'request')
        .map(({ requestId: _id, time: _time, ...line }) => line);
      expect(alone).toMatchObject({ kind: 'preflight', outcome: 'refused', tenant });
      expect(alone).toEqual(parsed);
      const metrics = await (await fetch(`http://${server.admin}/metrics`)).text();
      expect(metrics).toMatch(/crossgate_requests_total\{[^}]*kind="preflight"[^}]*\} 2\n/);
      const refusals = await (await fetch(`http://${server.admin}/api/v1/refusals`)).json();
      expect(refusals).toMatchObject({ refusals: [{ tenant, count: 2 }] });
    });
  });
});

describe('a connection that brings preflights and more', () => {
  const path = '/b-1250000000/k';
  const GET = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: ${ORIGIN}\r\n\r\n`;

  it('has every answer in order, wherever its bytes are cut', async () => {
    const bytes = `${preflight(path)}${preflight(path)}${GET}${preflight(path)}${GET}`;
    for (let cut = 1; cut < bytes.length; cut += 7) {
      const connection = await openConnection(server.cos);
      connection.write(bytes.slice(0, cut));
      connection.write(bytes.slice(cut));
      const statuses = (await connection.untilResponses(5)).map(({ status }) => status);
      expect(statuses, `cut at ${cut}`).toEqual([200, 200, 404, 200, 404]);
    }
  });

  it('has every answer in order when each piece comes after the answer to the last', async () => {
    const [host, port] = splitAddress(server.cos);
    const socket = connect(port, host).setEncoding('latin1');
    let received = '';
    for (const [i, piece] of [preflight(path), GET, preflight(path), GET].entries()) {
      socket.write(piece.slice(0, 30 * i));
      socket.write(piece.slice(30 * i));
      while (parseResponses(received).length <= i) received += (await once(socket, 'data'))[0] as string;
    }
    socket.destroy();
    expect(parseResponses(received).map(({ status }) => status)).toEqual([200, 404, 200, 404]);
  });

  it('has the body of a preflight left out of what comes next', async () => {
    const smuggled = `GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`;
    const withBody = preflight(path, [`Content-Length: ${smuggled.length}`]);
    const statuses = await answersTo(server.cos, `${preflight(path)}${withBody}${smuggled}${GET}`, 3);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 404]);
  });

  it('ends when a preflight says so', async () => {
    const connection = await openConnection(server.cos);
    connection.write(`${preflight(path)}${preflight(path, ['Connection: close'])}`);
    const responses = parseResponses(await connection.untilClosed());
    expect(responses.map(({ headers }) => headers.get('connection'))).toEqual(['keep-alive', 'close']);
  });

  it('answers what is no HTTP after the preflights before it', async () => {
    const connection = await openConnection(server.cos);
    connection.write(`${preflight(path)}\0\0\0\r\n\r\n`);
    const responses = parseResponses(await connection.untilClosed());
    expect(responses.map(({ status }) => status)).toEqual([200, 400]);
  });

  it('ends when the client says that no more comes', async () => {
    const connection = await openConnection(server.cos);
    connection.write(preflight(path));
    connection.endWriting();
    expect(parseResponses(await connection.untilClosed()).map(({ status }) => status)).toEqual([200]);
  });
});

describe('a server that stops', () => {
  it('does not wait for a connection that brought preflights', async () => {
    const connection = await openConnection(server.cos);
    connection.write(preflight('/b-1250000000/k'));
    await connection.untilReceived(1);
    await server.running.close();
    expect(parseResponses(await connection.untilClosed()).map(({ status }) => status)).toEqual([200]);
  });
});
