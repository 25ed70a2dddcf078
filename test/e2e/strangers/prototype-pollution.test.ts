/** Names that mean something to objects of JavaScript are names like others, or refused. */
import { readServeConfig } from '@crossgate/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, policyPath, type SendToAdmin } from '../../support/admin-http.ts';
import { type LocalServer, startLocalServer } from '../../support/local-server.ts';
import { rawRequest, sendRawRequest } from '../../support/raw-http.ts';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const RULE = '{"allowedOrigins":["https://a.test"],"allowedMethods":["GET"]}';

let server: LocalServer;
let admin: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer({ store: 'memory' });
  admin = adminApi(server.admin);
});

afterAll(() => server.stop());

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('the admin API', () => {
  it.each(NAMES)('refuses %s as a key, and changes no object', async name => {
    for (const body of [
      `{"rules":[${RULE}],"${name}":{"polluted":true}}`,
      `{"rules":[{"${name}":{"polluted":true},${RULE.slice(1)}]}`,
      `{"${name}":{"rules":[${RULE}]}}`,
      `{"rules":[${RULE}],"\\u005f\\u005fproto__":{"polluted":true}}`,
    ]) {
      const { status } = await admin(policyPath('polluted-1250000000'), { method: 'PUT', body });
      expect([body, status]).toEqual([
        body,
        expect.toSatisfy((code: number) => code === 400 || code === 422),
      ]);
    }
    for (const path of ['/api/v1/explain', '/api/v1/lint', '/api/v1/compare', '/api/v1/convert']) {
      const body = `{"dialect":"cos","policy":{"rules":[${RULE}]},"${name}":{"polluted":true}}`;
      const { status } = await admin(path, { method: 'POST', body });
      expect(status).toBeLessThan(500);
    }
  });

  it.each(NAMES)('takes %s as the id of a rule, and as a text of policies', async name => {
    const rule = {
      id: name,
      allowedOrigins: ['https://a.test'],
      allowedMethods: ['GET'],
      exposeHeaders: [name],
      allowedHeaders: [name],
    };
    const path = policyPath('polluted-1250000000');
    expect((await admin(path, { method: 'PUT', body: { rules: [rule] } })).status).toBe(200);
    expect((await admin(path)).json).toMatchObject({ policy: { rules: [rule] } });
  });

  it.each(NAMES)('has no dialect %s, and a tenant of that name only where the service could', async name => {
    expect((await admin(policyPath('polluted-1250000000', name))).status).toBe(404);
    for (const dialect of ['cos', 'qingstor', 'azure-tables', 'boomi']) {
      const { status } = await admin(policyPath(name, dialect), {
        method: 'PUT',
        body: `{"rules":[${RULE}]}`,
      });
      expect([dialect, status]).toEqual([dialect, expect.toSatisfy((code: number) => code < 500)]);
      expect((await admin(`${policyPath(name, dialect)}/history`)).status).toBeLessThan(500);
    }
    expect((await admin('/api/v1/tenants')).status).toBe(200);
  });
});

describe('the services', () => {
  it.each(NAMES)('answer requests about a tenant, a key and headers of the name %s', async name => {
    for (const address of [server.cos, server.qingstor, server.azureTables, server.boomi]) {
      for (const [line, host] of [
        [`GET /${name}/${name}?${name}=${name} HTTP/1.1`, 'a'],
        [`GET /api/rest/v1/${name}/${name} HTTP/1.1`, 'a'],
        [`OPTIONS /${name} HTTP/1.1`, `${name}.cos.ap-guangzhou.myqcloud.com`],
        [`GET /?${name} HTTP/1.1`, `${name}.pek3a.qingstor.com`],
      ] as const) {
        const lines = [
          `Host: ${host}`,
          `${name}: ${name}`,
          'Origin: https://a.test',
          `Access-Control-Request-Method: ${name}`,
          `Access-Control-Request-Headers: ${name}`,
        ];
        const { status } = await sendRawRequest(address, rawRequest(line, lines));
        // 501: what is not implemented, or has no upstream.
        expect([line, status]).toEqual([
          line,
          expect.toSatisfy((code: number) => code < 500 || code === 501),
        ]);
      }
    }
    expect((await admin('/api/v1/refusals')).status).toBe(200);
    expect((await admin('/metrics')).status).toBe(200);
  });
});

describe('a configuration file', () => {
  it.each(NAMES)('has no key %s, and what is below it goes nowhere', name => {
    for (const text of [
      `${name}: { polluted: true }`,
      `limits: { ${name}: { polluted: true } }`,
      `dialects: { ${name}: { upstream: "http://127.0.0.1:1" } }`,
      `dialects: { cos: { ${name}: { upstream: "http://127.0.0.1:1" } } }`,
      `dialects: { cos: { tenants: { ${name}: { upstream: "http://127.0.0.1:1" } } } }`,
    ]) {
      const read = readServeConfig({}, {}, { name: 'crossgate.yaml', text });
      expect([text, read.kind]).toEqual([text, 'problem']);
    }
  });

  it.each(NAMES)('gives %s, where a service can have a tenant of that name, its own upstream', name => {
    const text = `dialects: { boomi: { tenants: { ${name}: { upstream: "http://127.0.0.1:1" } } } }`;
    const read = readServeConfig({}, {}, { name: 'crossgate.yaml', text });
    if (read.kind === 'problem') return;
    const upstreams = read.config.dialects['boomi']?.tenantUpstreams ?? {};
    expect(Object.entries(upstreams)).toEqual([
      [name, expect.objectContaining({ url: 'http://127.0.0.1:1' })],
    ]);
  });
});
