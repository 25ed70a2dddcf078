import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { getRefusals, getTraffic, type TenantSummary, type TenantTraffic } from '../api/admin-api.ts';
import { formatRoute, tenantRoute } from '../routes.ts';
import { countsText } from '../rules/findings-list.tsx';
import { focusSoon } from '../rules/rules-editor.tsx';
import { findingsByTenant, loadFindings } from '../tenants/tenant-findings.ts';
import { keyText, loadTenants, serviceOf, services, tenants } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { timeText } from '../time-text.ts';
import { usePolled } from './poll.ts';
import { RefusalsTable } from './refusals-table.tsx';
import { TrafficView } from './traffic-view.tsx';

const INTERVAL_MS = 3_000;
/** Rows, and as many more each time: what is found in each policy is worked out for those alone. */
const ROWS = 100;

/** All tenants at a glance, and what happens at all services. */
export function Overview(): JSX.Element {
  const { result } = usePolled(getRefusals, INTERVAL_MS, 'refusals');
  const all = tenants.value;
  useEffect(() => {
    document.title = texts.product;
    void loadTenants();
  }, []);
  const [rows, setRows] = useState(ROWS);
  useEffect(() => void loadFindings(all.slice(0, rows)), [all, rows, services.value]);
  const traffic = usePolled(getTraffic, INTERVAL_MS, 'traffic').result;
  const refusals = result?.kind === 'ok' ? result.value.refusals : [];
  return (
    <>
      <h1>{texts.tenants.overview}</h1>
      <TenantTable
        all={all}
        rows={rows}
        traffic={traffic?.kind === 'ok' ? traffic.value.traffic : []}
        onMore={() => {
          const [next] = all.slice(rows);
          setRows(rows + ROWS);
          if (next) focusSoon(rowId(next));
        }}
      />
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
  rows,
  traffic,
  onMore,
}: {
  readonly all: readonly TenantSummary[];
  /** How many are shown. */
  readonly rows: number;
  readonly traffic: readonly TenantTraffic[];
  readonly onMore: () => void;
}): JSX.Element {
  const { columns, caption, clean, never, showMore, noneAtAll } = texts.tenants;
  const counted = new Map(traffic.map(each => [keyText(each), each] as const));
  if (all.length === 0) return <p>{noneAtAll}</p>;
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
              <th scope="col">{columns.requests}</th>
              <th scope="col">{columns.refused}</th>
              <th scope="col">{columns.written}</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, rows).map(tenant => {
              const key = keyText(tenant);
              const findings = findingsByTenant.value.get(key)?.findings;
              return (
                <tr key={key}>
                  <th scope="row">
                    <a id={rowId(tenant)} href={formatRoute(tenantRoute(tenant))}>
                      {tenant.tenant}
                    </a>
                  </th>
                  <td>{serviceOf(tenant.dialect)?.title ?? tenant.dialect}</td>
                  <td class="number">{tenant.ruleCount}</td>
                  <td>{findings ? countsText(findings) || clean : '…'}</td>
                  <td class="number">{(counted.get(key)?.requests ?? 0).toLocaleString()}</td>
                  <td class="number">{(counted.get(key)?.refused ?? 0).toLocaleString()}</td>
                  <td>{tenant.writtenAt ? timeText(tenant.writtenAt) : never}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {all.length > rows && (
        <p>
          <button type="button" onClick={onMore}>
            {showMore(Math.min(ROWS, all.length - rows), all.length - rows)}
          </button>
        </p>
      )}
    </>
  );
}

function rowId(tenant: TenantSummary): string {
  return `row ${keyText(tenant)}`;
}
