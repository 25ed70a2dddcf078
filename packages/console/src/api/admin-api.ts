import type { ExplanationJson, Policy, Profile } from '@crossgate/core';
import { type ApiResult, callApi, SESSION_PATH } from './admin-client.ts';

/** What the console asks of the admin API, with the parts of the answers that it reads. */

export interface TenantKey {
  readonly dialect: string;
  readonly tenant: string;
}

export interface Service {
  readonly dialect: string;
  readonly title: string;
  readonly tenantNoun: string;
  readonly origin: string | null;
  readonly example: { readonly tenant: string; readonly path: string };
  readonly hasDocument: boolean;
  readonly profile: Profile;
}

export interface TenantSummary extends TenantKey {
  readonly ruleCount: number;
  readonly revision: number | null;
  readonly writtenAt: string | null;
}

export interface StoredRevision extends TenantKey {
  readonly revision: number;
  readonly writtenAt: string;
  /** Null where the revision is a deletion. */
  readonly policy: Policy | null;
}

export interface RefusalSummary {
  readonly kind: 'preflight' | 'actual';
  readonly origin: string | null;
  readonly method: string | null;
  readonly reason: string;
  readonly count: number;
  readonly lastSeen: string;
  readonly sample: { readonly path: string; readonly requestHeaders: string | null; readonly status: number };
  readonly admittedNow: boolean | null;
}

export interface TenantTraffic extends TenantKey {
  readonly requests: number;
  readonly preflights: number;
  readonly refused: number;
}

export interface TenantRefusal extends RefusalSummary {
  readonly explanation: ExplanationJson | null;
}

export interface CandidateReport {
  readonly policyRevision: number | null;
  readonly candidateRevision: number;
  readonly evaluated: number;
  readonly differing: number;
  readonly samples: readonly {
    readonly kind: 'preflight' | 'actual';
    readonly origin: string;
    readonly method: string;
    readonly requestHeaders: string | null;
    readonly outcome: 'gained' | 'lost' | 'answer';
    readonly headers: readonly string[];
    readonly count: number;
    readonly lastSeen: string;
  }[];
}

/** Who is there, as the server sees it. */
export interface SessionSummary {
  /** Whether everybody on the machine of the server is let in, or who shows a token. */
  readonly access: 'loopback' | 'token';
  readonly name: string | null;
  readonly role: 'read-only' | 'cors-admin' | 'all';
  readonly endsAt: string | null;
}

type Written = { readonly revision: number };

export function getSession(): Promise<ApiResult<SessionSummary>> {
  return callApi(SESSION_PATH);
}

export function beginSession(token: string): Promise<ApiResult<SessionSummary>> {
  return callApi(SESSION_PATH, { method: 'POST', body: { token } });
}

export function endSession(): Promise<ApiResult<unknown>> {
  return callApi(SESSION_PATH, { method: 'DELETE' });
}

export function getServices(): Promise<ApiResult<{ readonly services: readonly Service[] }>> {
  return callApi('/api/v1/services');
}

export function getTenants(): Promise<ApiResult<{ readonly tenants: readonly TenantSummary[] }>> {
  return callApi('/api/v1/tenants');
}

export function getPolicy(key: TenantKey): Promise<ApiResult<StoredRevision>> {
  return callApi(`${pathOf(key)}/policy`);
}

/** @param over the revision that is replaced; null where there is none yet */
export function putPolicy(key: TenantKey, policy: Policy, over: number | null): Promise<ApiResult<Written>> {
  return callApi(`${pathOf(key)}/policy`, { method: 'PUT', headers: condition(over), body: policy });
}

export function deletePolicy(key: TenantKey, over: number): Promise<ApiResult<Written>> {
  return callApi(`${pathOf(key)}/policy`, { method: 'DELETE', headers: condition(over) });
}

export function getHistory(
  key: TenantKey,
): Promise<ApiResult<{ readonly revisions: readonly StoredRevision[] }>> {
  return callApi(`${pathOf(key)}/policy/history`);
}

export function getRefusals(): Promise<
  ApiResult<{ readonly refusals: readonly (TenantKey & RefusalSummary)[] }>
> {
  return callApi('/api/v1/refusals?order=most-frequent&limit=1000', { background: true });
}

export function getTenantRefusals(
  key: TenantKey,
): Promise<ApiResult<{ readonly refusals: readonly TenantRefusal[] }>> {
  return callApi(`${pathOf(key)}/refusals?order=most-frequent&limit=50`, { background: true });
}

export function getTraffic(): Promise<ApiResult<{ readonly traffic: readonly TenantTraffic[] }>> {
  return callApi('/api/v1/traffic', { background: true });
}

export function getMetrics(): Promise<ApiResult<string>> {
  return callApi('/metrics', { background: true });
}

export function getReadiness(): Promise<ApiResult<string>> {
  return callApi('/readyz', { background: true });
}

export function putCandidate(key: TenantKey, policy: Policy): Promise<ApiResult<Written>> {
  return callApi(`${pathOf(key)}/candidate`, { method: 'PUT', body: policy });
}

export function deleteCandidate(key: TenantKey, revision: number): Promise<ApiResult<Written>> {
  return callApi(`${pathOf(key)}/candidate`, { method: 'DELETE', headers: condition(revision) });
}

export function promoteCandidate(
  key: TenantKey,
  revisions: Pick<CandidateReport, 'policyRevision' | 'candidateRevision'>,
): Promise<ApiResult<Written>> {
  const { policyRevision, candidateRevision } = revisions;
  return callApi(`${pathOf(key)}/candidate/promote`, {
    method: 'POST',
    body: { policyRevision, candidateRevision },
  });
}

export function getCandidateReport(key: TenantKey): Promise<ApiResult<CandidateReport>> {
  return callApi(`${pathOf(key)}/candidate/report`, { background: true });
}

/** The policy in the service's own form; null where it has none. */
export function writeDocument(
  dialect: string,
  policy: Policy,
): Promise<ApiResult<{ readonly document: string | null }>> {
  return callApi('/api/v1/convert', { method: 'POST', body: { dialect, policy, to: dialect } });
}

function pathOf({ dialect, tenant }: TenantKey): string {
  return `/api/v1/tenants/${encodeURIComponent(dialect)}/${encodeURIComponent(tenant)}`;
}

function condition(revision: number | null): Readonly<Record<string, string>> {
  return revision === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${revision}"` };
}
