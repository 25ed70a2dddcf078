import { type AdminReply, json } from './admin-reply.ts';
import type { AdminCall } from './admin-server.ts';
import { instant } from './instant.ts';

/** One line of the listing. A tenant that has no policy has neither a revision nor a time. */
export interface TenantSummary {
  readonly dialect: string;
  readonly tenant: string;
  readonly ruleCount: number;
  readonly revision: number | null;
  readonly writtenAt: string | null;
}

/** `GET /api/v1/tenants`: everybody who has a policy or a bucket. */
export function listTenants({ policies, dataApis, dialects }: AdminCall): AdminReply {
  const tenants: TenantSummary[] = [];
  const listed = new Set<string>();
  for (const { id } of dialects) {
    for (const { key, policy, revision, writtenAt } of policies.list({ dialect: id })) {
      listed.add(`${key.dialect}/${key.tenant}`);
      const ruleCount = policy.rules.length;
      tenants.push({ ...key, ruleCount, revision, writtenAt: instant(writtenAt) });
    }
  }
  for (const [dialect, api] of dataApis) {
    for (const tenant of api.tenants()) {
      if (listed.has(`${dialect}/${tenant}`)) continue;
      tenants.push({ dialect, tenant, ruleCount: 0, revision: null, writtenAt: null });
    }
  }
  return json(200, { tenants: tenants.sort(byName) });
}

function byName(a: TenantSummary, b: TenantSummary): number {
  const left = `${a.dialect}/${a.tenant}`;
  const right = `${b.dialect}/${b.tenant}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
