import type { Policy } from '@crossgate/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actualFor, policyOf, preflightFor } from '../../packages/dialects/test/arbitraries.ts';
import { services } from '../../packages/dialects/test/services.ts';
import { type AdminResponse, adminApi, policyPath, type SendToAdmin } from '../support/admin-http.ts';
import { sendCos } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

/** How a tenant of each service is reached. */
const TENANTS = [
  {
    dialect: 'cos',
    tenant: 'examplebucket-1250000000',
    host: 'examplebucket-1250000000.cos.r.myqcloud.com',
    target: '/key',
  },
  { dialect: 'qingstor', tenant: 'examplebucket', host: 'examplebucket.pek3a.qingstor.com', target: '/key' },
  {
    dialect: 'azure-tables',
    tenant: 'exampleaccount',
    host: 'exampleaccount.table.core.windows.net',
    target: '/table',
  },
  {
    dialect: 'boomi',
    tenant: 'account-123456',
    host: 'api.boomi.com',
    target: '/api/rest/v1/account-123456/Process',
  },
] as const;

type Tenant = (typeof TENANTS)[number];

interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

let server: LocalServer;
let admin: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  admin = adminApi(server.admin);
});

afterAll(async () => {
  await server.stop();
});

function addressOf({ dialect }: Tenant): string {
  const found = server.running.listeners.find(listener => listener.dialect === dialect);
  if (!found) throw new Error(`there is no listener of ${dialect}`);
  return found.address;
}

/** What can be sent over HTTP, as it stands there. */
function sendable(text: string | undefined): text is string {
  return text !== undefined && text === text.trim() && /^[\x20-\x7e]+$/.test(text);
}

const METHOD = /^[A-Z]+$/;

function casesOf(tenant: Tenant) {
  const service = services.find(({ name }) => name === tenant.dialect);
  if (!service) throw new Error(`there are no policies of ${tenant.dialect}`);
  const { alphabet } = service;
  return fc.tuple(policyOf(alphabet), policyOf(alphabet)).chain(([policy, candidate]) => {
    const some: Policy = { rules: [...policy.rules, ...candidate.rules] };
    const preflight = preflightFor(some, alphabet).map(({ origin, requestMethod, requestHeaders }) => ({
      method: 'OPTIONS',
      headers: {
        ...(sendable(origin) && { Origin: origin }),
        ...(sendable(requestMethod) && { 'Access-Control-Request-Method': requestMethod }),
        ...(sendable(requestHeaders) && { 'Access-Control-Request-Headers': requestHeaders }),
      },
    }));
    const actual = actualFor(some, alphabet).map(({ origin, method }) => ({
      method: METHOD.test(method) ? method : 'GET',
      headers: sendable(origin) ? { Origin: origin } : {},
    }));
    return fc.record({
      policy: fc.constant(policy),
      candidate: fc.constant(candidate),
      requests: fc.array(fc.oneof(preflight, actual), { minLength: 1, maxLength: 5 }),
    });
  });
}

/** The status, and the headers that CORS is about. Bodies and other headers have the time and an id of the request. */
async function answerTo(tenant: Tenant, { method, headers }: Request): Promise<object> {
  const { status, headers: answered } = await sendCos(addressOf(tenant), tenant.host, {
    method,
    target: tenant.target,
    headers,
    key: 'anonymous',
  });
  const ours = Object.entries(answered).filter(([name]) => name === 'vary' || isAccessControl(name));
  return { status, headers: Object.fromEntries(ours) };
}

function isAccessControl(name: string): boolean {
  return name.startsWith('access-control-');
}

async function answersTo(tenant: Tenant, requests: readonly Request[]): Promise<readonly object[]> {
  const answers: object[] = [];
  for (const request of requests) answers.push(await answerTo(tenant, request));
  return answers;
}

function put(path: string, body: unknown): Promise<AdminResponse> {
  return admin(path, { method: 'PUT', body });
}

function withoutVary(answers: readonly object[]): readonly string[] {
  return answers.map(answer => {
    const { headers } = answer as { headers: Record<string, unknown> };
    return JSON.stringify(
      Object.entries(headers)
        .filter(([name]) => isAccessControl(name))
        .sort(),
    );
  });
}

describe('a candidate', () => {
  it.each(TENANTS)(
    'changes no answer of $dialect while it is one, and tells of exactly those that it changes once it is promoted',
    { timeout: 60_000 },
    async tenant => {
      const policyAt = policyPath(tenant.tenant, tenant.dialect);
      const candidateAt = policyAt.replace(/policy$/, 'candidate');
      await fc.assert(
        fc.asyncProperty(casesOf(tenant), async ({ policy, candidate, requests }) => {
          const stored = await put(policyAt, policy);
          const proposed = await put(candidateAt, candidate);
          // Not every random policy is one that the service takes.
          fc.pre(stored.status === 200 && proposed.status === 200);
          await admin(candidateAt, { method: 'DELETE' });
          const before = await answersTo(tenant, requests);
          const { json: candidateJson } = await put(candidateAt, candidate);
          expect(await answersTo(tenant, requests)).toEqual(before);

          const report = await admin(`${candidateAt}/report`);
          const { revision: policyRevision } = stored.json as { revision: number };
          const { revision: candidateRevision } = candidateJson as { revision: number };
          const body = { policyRevision, candidateRevision };
          expect(await admin(`${candidateAt}/promote`, { method: 'POST', body })).toMatchObject({
            status: 200,
          });
          const after = await answersTo(tenant, requests);
          const changes = withoutVary(after).map((text, i) => text !== withoutVary(before)[i]);
          expect(report.json).toMatchObject({
            policyRevision,
            candidateRevision,
            evaluated: requests.filter(({ headers }) => 'Origin' in headers).length,
            differing: changes.filter((changed, i) => changed && 'Origin' in (requests[i]?.headers ?? {}))
              .length,
          });
          expect((await admin(candidateAt)).status).toBe(404);
        }),
        { numRuns: 5 },
      );
    },
  );
});
