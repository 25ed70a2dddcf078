import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFor, policyPath } from '../support/admin-http.ts';
import { type CheckedAdmin, openCheckedAdmin } from '../support/checked-admin.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

let server: LocalServer;
let admin: CheckedAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  admin = await openCheckedAdmin(server.admin);
});

afterAll(async () => {
  await server.stop();
});

const TENANT = 'documented-1250000000';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

describe('GET /api/v1/openapi.json', () => {
  it('is what stands in docs/openapi.json', async () => {
    const file = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual((await admin.send('/api/v1/openapi.json')).json);
  });

  it('names nothing that it does not have', () => {
    const { document } = admin;
    expect(document.openapi).toBe('3.1.0');
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g);
    const names = new Set([...references].map(([, reference]) => reference));
    const known = Object.keys(document.components.schemas).map(name => `#/components/schemas/${name}`);
    expect(known).toEqual(expect.arrayContaining([...names]));
    expect(names.size).toBeGreaterThan(10);
  });

  it('has the methods of each path, and no other', async () => {
    for (const [template, item] of Object.entries(admin.document.paths)) {
      const path = template.replace('{dialect}', 'cos').replace('{tenant}', TENANT);
      const documented = METHODS.filter(method => method in item).map(method => method.toUpperCase());
      const { headers } = await admin.send(path, { method: 'PROPFIND' });
      const allowed = String(headers.allow)
        .split(', ')
        .filter(method => method !== 'HEAD');
      expect({ template, methods: allowed.toSorted() }).toEqual({ template, methods: documented.toSorted() });
    }
  });

  it('describes what every method answers when all is well', async () => {
    const { send, document, answered } = admin;
    const policy = policyPath(TENANT);
    const tenant = policy.replace(/\/policy$/, '');
    const put = async (path: string, origin: string): Promise<number> => {
      const { json } = await send(path, { method: 'PUT', body: policyFor(origin) });
      return (json as { revision: number }).revision;
    };
    for (const path of ['/', '/healthz', '/readyz', '/metrics', '/api/v1/openapi.json']) await send(path);
    const policyRevision = await put(policy, 'https://a.example');
    const candidateRevision = await put(`${tenant}/candidate`, 'https://b.example');
    for (const path of [policy, `${policy}/history`, `${tenant}/candidate`, `${tenant}/candidate/report`]) {
      await send(path);
    }
    for (const path of [
      '/api/v1/services',
      '/api/v1/traffic',
      '/api/v1/tenants',
      '/api/v1/refusals',
      `${tenant}/refusals`,
    ])
      await send(path);
    const stored = { tenant: `cos/${TENANT}` };
    const post = (path: string, body: object) => send(path, { method: 'POST', body });
    await post('/api/v1/explain', { ...stored, request: { origin: 'https://c.example', method: 'GET' } });
    await post('/api/v1/lint', stored);
    await post('/api/v1/compare', { old: stored, new: { candidate: stored.tenant } });
    await post('/api/v1/convert', { ...stored, to: 'boomi' });
    await post(`${tenant}/candidate/promote`, { policyRevision, candidateRevision });
    await put(`${tenant}/candidate`, 'https://c.example');
    await post('/api/v1/session', { token: 'one' });
    await send('/api/v1/session');
    await send('/api/v1/session', { method: 'DELETE' });
    await send(`${tenant}/candidate`, { method: 'DELETE' });
    await send(policy, { method: 'DELETE' });
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter(method => method in item).map(method => `${method.toUpperCase()} ${path} 200`),
    );
    expect([...answered]).toEqual(expect.arrayContaining(operations));
  });
});
