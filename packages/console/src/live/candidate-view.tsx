import type { JSX } from 'preact';
import { canChange } from '../access/access-state.ts';
import { ReadOnlyReason } from '../access/read-only-reason.tsx';
import {
  type CandidateReport,
  deleteCandidate,
  getCandidateReport,
  promoteCandidate,
  type TenantKey,
} from '../api/admin-api.ts';
import type { ApiResult } from '../api/admin-client.ts';
import { announce, announceFailure, failureText } from '../notice.tsx';
import { formatRoute, tenantRoute } from '../routes.ts';
import { openEditing } from '../rules/draft-store.ts';
import { loadTenants } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { queryOf } from '../try/try-query.ts';
import { usePolled } from './poll.ts';

const INTERVAL_MS = 5_000;

/** What the policy that is only watched would have changed, and what becomes of it. */
export function CandidateView({ subject }: { readonly subject: TenantKey }): JSX.Element {
  const { result, reload } = usePolled(
    () => getCandidateReport(subject),
    INTERVAL_MS,
    `${subject.dialect}/${subject.tenant}`,
  );
  const { title, none } = texts.candidate;
  const act = async (done: string, ask: () => Promise<ApiResult<unknown>>): Promise<void> => {
    const answer = await ask();
    if (answer.kind === 'ok') announce(done);
    else announceFailure(answer);
    reload();
    void loadTenants();
    void openEditing(subject);
  };
  return (
    <section aria-labelledby="candidate-title">
      <h2 id="candidate-title">{title}</h2>
      {result?.kind === 'problem' && <p>{result.code === 'candidate-absent' ? none : failureText(result)}</p>}
      {result?.kind === 'ok' && <Report report={result.value} subject={subject} act={act} />}
    </section>
  );
}

function Report({
  report,
  subject,
  act,
}: {
  readonly report: CandidateReport;
  readonly subject: TenantKey;
  readonly act: (done: string, ask: () => Promise<ApiResult<unknown>>) => Promise<void>;
}): JSX.Element {
  const { evaluated, differing, samples, candidateRevision } = report;
  const words = texts.candidate;
  const { columns, tryIt } = texts.live;
  return (
    <>
      <p>{words.counts(evaluated, differing)}</p>
      {samples.length > 0 && (
        <div class="scroll">
          <table>
            <caption class="visually-hidden">{words.what}</caption>
            <thead>
              <tr>
                <th scope="col">{columns.origin}</th>
                <th scope="col">{columns.method}</th>
                <th scope="col">{words.what}</th>
                <th scope="col">{columns.count}</th>
                <th scope="col">{tryIt}</th>
              </tr>
            </thead>
            <tbody>
              {samples.map(({ kind, origin, method, requestHeaders, outcome, headers, count }) => (
                <tr key={`${kind} ${origin} ${method} ${requestHeaders} ${outcome} ${headers.join()}`}>
                  <td>
                    <code>{origin}</code>
                  </td>
                  <td>{method}</td>
                  <td>
                    {words.outcome[outcome]}
                    {headers.length > 0 && ` (${headers.join(', ')})`}
                  </td>
                  <td class="number">{count.toLocaleString()}</td>
                  <td>
                    <a
                      href={formatRoute(tenantRoute(subject, 'try', queryOf({ origin, method })))}
                      aria-label={texts.live.tryThis(origin, method)}
                    >
                      {tryIt}
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <ReadOnlyReason />
      {canChange.value && (
        <div class="actions">
          <button
            type="button"
            class="primary"
            onClick={() => void act(words.promoted, () => promoteCandidate(subject, report))}
          >
            {words.promote}
          </button>
          <button
            type="button"
            onClick={() => void act(words.dropped, () => deleteCandidate(subject, candidateRevision))}
          >
            {words.drop}
          </button>
        </div>
      )}
    </>
  );
}
