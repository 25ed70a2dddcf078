import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { getRefusals, type TenantKey, type TenantSummary } from '../api/admin-api.ts';
import { formatRoute, tenantRoute } from '../routes.ts';
import { countsText } from '../rules/findings-list.tsx';
import { findingsByTenant, loadFindings } from '../tenants/tenant-findings.ts';
import { keyText, loadTenants, serviceOf, tenants } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { timeText } from '../time-text.ts';
import { usePolled } from './poll.ts';
import { RefusalsTable } from './refusals-table.tsx';
import { TrafficView } from './traffic-view.tsx';

const INTERVAL_MS = 3_000;
const SHOWN = 100;

/** All tenants at a glance, and what happens at all services. */
export function Overview(): JSX.Element {
  const { result } = usePolled(getRefusals, INTERVAL_MS, 'refusals');
  const all = tenants.value;
  useEffect(() => {
    document.title = texts.product;
    void loadTenants();
  }, []);
  useEffect(() => void loadFindings(all.slice(0, SHOWN)), [all]);
  const refusals = result?.kind === 'ok' ? result.value.refusals : [];
  return (
    <>
      <h1>{texts.tenants.overview}</h1>
      <TenantTable all={all} refusals={refusals} />
      <section aria-labelledby="refusals-title">
        <h2 id="refusals-title">{texts.live.refusals}</h2>
        <RefusalsTable refusals={refusals} withTenant />
      </section>
      <section aria-labelledby="live-title">
        <h2 id="live-title">{texts.live.title}</h2>
        <TrafficView />
      </section>
    </>
  );
}

function TenantTable({
  all,
  refusals,
}: {
  readonly all: readonly TenantSummary[];
  readonly refusals: readonly (TenantKey & { readonly count: number })[];
}): JSX.Element {
  const { columns, caption, clean, never, more, none } = texts.tenants;
  const refused = new Map<string, number>();
  for (const refusal of refusals) {
    const key = keyText(refusal);
    refused.set(key, (refused.get(key) ?? 0) + refusal.count);
  }
  if (all.length === 0) return <p>{none}</p>;
  return (
    <>
      <div class="scroll">
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{columns.tenant}</th>
              <th scope="col">{columns.service}</th>
              <th scope="col">{columns.rules}</th>
              <th scope="col">{columns.findings}</th>
              <th scope="col">{columns.refusals}</th>
              <th scope="col">{columns.written}</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, SHOWN).map(tenant => {
              const key = keyText(tenant);
              const findings = findingsByTenant.value.get(key)?.findings;
              return (
                <tr key={key}>
                  <th scope="row">
                    <a href={formatRoute(tenantRoute(tenant))}>{tenant.tenant}</a>
                  </th>
                  <td>{serviceOf(tenant.dialect)?.title ?? tenant.dialect}</td>
                  <td class="number">{tenant.ruleCount}</td>
                  <td>{findings ? countsText(findings) || clean : '…'}</td>
                  <td class="number">{(refused.get(key) ?? 0).toLocaleString()}</td>
                  <td>{tenant.writtenAt ? timeText(tenant.writtenAt) : never}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {all.length > SHOWN && <p class="help">{more(all.length - SHOWN)}</p>}
    </>
  );
}
