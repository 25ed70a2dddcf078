import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { cosDialect } from '@crossgate/dialects';
import { openMemoryPolicyStore, type PolicyStore } from '@crossgate/policy-store';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuthorizer } from '../src/authorizer.ts';
import type { Backend } from '../src/backend/backend.ts';
import { openGate } from '../src/gate.ts';
import { openCredentials } from '../src/held-credentials.ts';
import { openRequestLimits } from '../src/limits/request-limits.ts';
import { createDialectServer, type Listener, listen } from '../src/listener.ts';

/** A store that cannot be read: a file that is damaged, a disk that fails. */
const BROKEN: PolicyStore = {
  ...openMemoryPolicyStore(),
  get: () => {
    throw new Error('the disk fails');
  },
};

const BACKEND: Backend = {
  tenantExists: () => 'yes',
  handle: () => Promise.resolve({ status: 200, headers: [['Content-Length', '0']] }),
  retire: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('a gate whose policy store fails', () => {
  let listener: Listener;
  let lines: Record<string, unknown>[];

  beforeEach(async () => {
    lines = [];
    const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) });
    const gate = openGate({
      dialect: cosDialect,
      policies: BROKEN,
      backend: BACKEND,
      authorizer: openAuthorizer(cosDialect, openCredentials([cosDialect.localCredential]), log),
      observe: () => {},
      requestLimits: openRequestLimits({}),
      log,
    });
    listener = await listen(createDialectServer(cosDialect, gate), '127.0.0.1', 0);
  });

  afterEach(() => listener.close(0));

  async function statusOf(method: string): Promise<number | undefined> {
    const headers = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' };
    const path = '/b-1/key?q-signature=SECRET';
    const outgoing = request({ port: listener.port, path, method, headers, agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    return incoming.statusCode;
  }

  it('answers a preflight with an error, and goes on', async () => {
    expect(await statusOf('OPTIONS')).toBe(500);
    expect(await statusOf('OPTIONS')).toBe(500);
  });

  it('answers other requests as if there were no policy', async () => {
    expect(await statusOf('GET')).toBe(200);
  });

  it('logs why, without what signs the request', async () => {
    await statusOf('OPTIONS');
    await statusOf('GET');
    const failed = { level: 50, msg: 'a request failed', err: { message: 'the disk fails' } };
    expect(lines).toMatchObject([failed, failed]);
    expect(JSON.stringify(lines)).not.toContain('SECRET');
  });
});

describe('answerPreflight', () => {
  it('does not leave to others what it has answered, when it cannot be told of', () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) });
    const { answerPreflight } = openGate({
      dialect: cosDialect,
      policies: openMemoryPolicyStore(),
      backend: BACKEND,
      authorizer: openAuthorizer(cosDialect, openCredentials([cosDialect.localCredential]), log),
      observe: () => {
        throw new Error('the log fails');
      },
      requestLimits: openRequestLimits({}),
      log,
    });
    const statuses: number[] = [];
    const isAnswered = answerPreflight(
      { method: 'OPTIONS', target: '/b-1/key', rawHeaders: ['Host', 'a'] },
      { origin: 'https://a.example', requestMethod: 'GET', requestHeaders: undefined },
      {
        address: '127.0.0.1',
        port: 1,
        isSecure: false,
        bodyBytes: 0,
        send: ({ status }) => statuses.push(status) > 0,
        onceSent: () => {},
      },
    );
    expect([isAnswered, statuses]).toEqual([true, [403]]);
    expect(lines).toMatchObject([{ level: 50, err: { message: 'the log fails' } }]);
  });
});
