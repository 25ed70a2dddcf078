import type { Role } from '@crossgate/dialects';
import type { z } from 'zod';
import { type AdminReply, json, text } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { compareTwo, convert, explain, lintOne } from './analysis-resource.ts';
import {
  deleteCandidate,
  getCandidate,
  promoteCandidate,
  putCandidate,
  reportCandidate,
} from './candidate-resource.ts';
import { showConsole } from './console-files.ts';
import { openApiDocument } from './openapi.ts';
import { deletePolicy, getPolicy, listHistory, putPolicy } from './policy-resource.ts';
import { listRefusals, listTenantRefusals } from './refusals-resource.ts';
import {
  COMPARE_BODY,
  CONVERT_BODY,
  EXPLAIN_BODY,
  LOG_IN,
  POLICY_SOURCE,
  PROMOTION,
  REFUSALS_QUERY,
} from './schemas.ts';
import { listServices } from './services-resource.ts';
import { logIn, logOut, showSession } from './session-resource.ts';
import { listTenants } from './tenants-resource.ts';
import { listTraffic } from './traffic-resource.ts';

/** What a method does at a path: how it is answered, and what the OpenAPI document says of it. */
export interface Operation {
  /** The least role that is needed; `anyone` also without a token. */
  readonly role: Role | 'anyone';
  /** What the log calls it, of what changes something. */
  readonly change?: string;
  readonly handle: (call: AdminCall) => Promise<AdminReply> | AdminReply;
  readonly summary: string;
  /** The name of a schema of answers, or how the body is checked. */
  readonly body?: 'Policy' | z.ZodType;
  readonly query?: z.ZodType;
  /** Whether `If-Match` and `If-None-Match` are looked at. */
  readonly conditional?: true;
  /** By status: the name of a schema of answers, or a media type. 405 and the checks of every request are left out. */
  readonly answers: Readonly<Record<number, string>>;
}

/** By method. `HEAD` is answered as `GET`. */
export type Operations = Readonly<Record<string, Operation>>;

const TENANT = '/api/v1/tenants/{dialect}/{tenant}';
const TEXT = 'text/plain';
const UNKNOWN = { 400: 'Error', 404: 'Error' };
const BODY = { 400: 'Error', 413: 'Error', 422: 'PolicyInvalid' };
const WRITTEN = { 200: 'Written', ...UNKNOWN, 412: 'Conflict' };

export const ROUTES: Readonly<Record<string, Operations>> = {
  '/': {
    GET: {
      role: 'anyone',
      handle: call => showConsole(call, '/'),
      summary: 'The web console.',
      answers: { 200: 'text/html' },
    },
  },
  '/healthz': {
    GET: {
      role: 'anyone',
      handle: () => text(200, 'ok\n'),
      summary: 'Whether the process lives.',
      answers: { 200: TEXT },
    },
  },
  '/readyz': {
    GET: {
      role: 'anyone',
      handle: call => (call.ready() ? text(200, 'ready\n') : text(503, 'not ready\n')),
      summary: 'Whether every listener takes requests.',
      answers: { 200: TEXT, 503: TEXT },
    },
  },
  '/metrics': {
    GET: {
      role: 'read-only',
      handle: async call => text(200, await call.metrics(), 'text/plain; version=0.0.4; charset=utf-8'),
      summary: 'Prometheus metrics.',
      answers: { 200: TEXT },
    },
  },
  '/api/v1/openapi.json': {
    GET: {
      role: 'read-only',
      handle: () => json(200, adminApiDocument()),
      summary: 'This document.',
      answers: { 200: 'OpenApi' },
    },
  },
  '/api/v1/explain': {
    POST: {
      role: 'read-only',
      handle: explain,
      summary: 'What is decided about a request, why, what would let it in, and what a browser makes of it.',
      body: EXPLAIN_BODY,
      answers: { 200: 'Explanation', ...BODY, 404: 'Error' },
    },
  },
  '/api/v1/lint': {
    POST: {
      role: 'read-only',
      handle: lintOne,
      summary: 'What is wrong or doubtful about a policy.',
      body: POLICY_SOURCE,
      answers: { 200: 'Findings', ...BODY, 404: 'Error' },
    },
  },
  '/api/v1/compare': {
    POST: {
      role: 'read-only',
      handle: compareTwo,
      summary: 'What a new policy admits and the old one does not, the other way round, and other answers.',
      body: COMPARE_BODY,
      answers: { 200: 'Comparison', ...BODY, 404: 'Error' },
    },
  },
  '/api/v1/convert': {
    POST: {
      role: 'read-only',
      handle: convert,
      summary: 'A policy written for another service, with what is lost.',
      body: CONVERT_BODY,
      answers: { 200: 'Conversion', ...BODY, 404: 'Error' },
    },
  },
  '/api/v1/refusals': {
    GET: {
      role: 'read-only',
      handle: listRefusals,
      summary: 'Recent refusals of all tenants.',
      query: REFUSALS_QUERY,
      answers: { 200: 'Refusals', 400: 'Error' },
    },
  },
  '/api/v1/services': {
    GET: {
      role: 'read-only',
      handle: listServices,
      summary: 'The services, where they listen, and how they read policies.',
      answers: { 200: 'Services' },
    },
  },
  '/api/v1/traffic': {
    GET: {
      role: 'read-only',
      handle: listTraffic,
      summary: 'How much was asked of each tenant, the busiest first.',
      answers: { 200: 'Traffic' },
    },
  },
  '/api/v1/session': {
    POST: {
      role: 'anyone',
      handle: logIn,
      summary: 'Shows a token and begins a session: for browsers, which get a cookie.',
      body: LOG_IN,
      answers: { 200: 'Session', 400: 'Error', 401: 'Error', 413: 'Error', 429: 'Error' },
    },
    GET: { role: 'read-only', handle: showSession, summary: 'Who asks.', answers: { 200: 'Session' } },
    DELETE: {
      role: 'anyone',
      handle: logOut,
      summary: 'Ends the session.',
      answers: { 200: 'SessionEnded' },
    },
  },
  '/api/v1/tenants': {
    GET: {
      role: 'read-only',
      handle: listTenants,
      summary: 'Who has a policy or a bucket.',
      answers: { 200: 'Tenants' },
    },
  },
  [`${TENANT}/policy`]: {
    GET: {
      role: 'read-only',
      handle: getPolicy,
      summary: 'The policy in force.',
      answers: { 200: 'Revision', ...UNKNOWN },
    },
    PUT: {
      role: 'cors-admin',
      change: 'policy.put',
      handle: putPolicy,
      summary: 'Sets the policy.',
      body: 'Policy',
      conditional: true,
      answers: { ...WRITTEN, ...BODY },
    },
    DELETE: {
      role: 'cors-admin',
      change: 'policy.delete',
      handle: deletePolicy,
      summary: 'Removes the policy. A tenant with other settings keeps them, with a policy without rules.',
      conditional: true,
      answers: WRITTEN,
    },
  },
  [`${TENANT}/policy/history`]: {
    GET: {
      role: 'read-only',
      handle: listHistory,
      summary: 'The last 50 revisions.',
      answers: { 200: 'History', ...UNKNOWN },
    },
  },
  [`${TENANT}/refusals`]: {
    GET: {
      role: 'read-only',
      handle: listTenantRefusals,
      summary: 'Recent refusals, each explained by the policy in force now.',
      query: REFUSALS_QUERY,
      answers: { 200: 'TenantRefusals', ...UNKNOWN },
    },
  },
  [`${TENANT}/candidate`]: {
    GET: {
      role: 'read-only',
      handle: getCandidate,
      summary: 'The policy that is held beside the one in force.',
      answers: { 200: 'Revision', ...UNKNOWN },
    },
    PUT: {
      role: 'cors-admin',
      change: 'candidate.put',
      handle: putCandidate,
      summary: 'Sets the candidate. Nothing is decided by it.',
      body: 'Policy',
      conditional: true,
      answers: { ...WRITTEN, ...BODY },
    },
    DELETE: {
      role: 'cors-admin',
      change: 'candidate.delete',
      handle: deleteCandidate,
      summary: 'Drops the candidate.',
      conditional: true,
      answers: WRITTEN,
    },
  },
  [`${TENANT}/candidate/promote`]: {
    POST: {
      role: 'cors-admin',
      change: 'candidate.promote',
      handle: promoteCandidate,
      summary: 'Makes the candidate the policy in force, when both are at these revisions.',
      body: PROMOTION,
      answers: { ...WRITTEN, 413: 'Error' },
    },
  },
  [`${TENANT}/candidate/report`]: {
    GET: {
      role: 'read-only',
      handle: reportCandidate,
      summary: 'What the candidate would have changed since it, or the policy in force, was set.',
      answers: { 200: 'CandidateReport', ...UNKNOWN },
    },
  },
};

/** The admin API as an OpenAPI 3.1 document, of all that this version has. */
export function adminApiDocument(): object {
  return openApiDocument(ROUTES);
}
