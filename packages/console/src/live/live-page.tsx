import type { JSX } from 'preact';
import { getTenantRefusals, type TenantKey } from '../api/admin-api.ts';
import { failureText } from '../notice.tsx';
import { texts } from '../texts.ts';
import { CandidateView } from './candidate-view.tsx';
import { usePolled } from './poll.ts';
import { RefusalsTable } from './refusals-table.tsx';
import { TrafficView } from './traffic-view.tsx';

const INTERVAL_MS = 3_000;

/** What happens at a tenant, and at its service. */
export function LivePage({ subject }: { readonly subject: TenantKey }): JSX.Element {
  const { dialect, tenant } = subject;
  const { result } = usePolled(() => getTenantRefusals(subject), INTERVAL_MS, `${dialect}/${tenant}`);
  return (
    <>
      <section aria-labelledby="refusals-title">
        <h2 id="refusals-title">{texts.live.refusals}</h2>
        {result?.kind === 'ok' && (
          <RefusalsTable
            refusals={result.value.refusals.map(refusal => ({ ...refusal, dialect, tenant }))}
            withTenant={false}
          />
        )}
        {result?.kind === 'problem' && <p>{failureText(result)}</p>}
      </section>
      <CandidateView subject={subject} />
      <section aria-labelledby="service-title">
        <h2 id="service-title">{texts.live.service}</h2>
        <TrafficView dialect={dialect} />
      </section>
    </>
  );
}
