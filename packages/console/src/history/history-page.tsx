import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { canChange } from '../access/access-state.ts';
import { ReadOnlyReason } from '../access/read-only-reason.tsx';
import {
  deletePolicy,
  getHistory,
  putPolicy,
  type Service,
  type StoredRevision,
  type TenantKey,
} from '../api/admin-api.ts';
import { type ApiResult, connection } from '../api/admin-client.ts';
import { announce, announceFailure, failureText } from '../notice.tsx';
import { ComparisonView } from '../rules/comparison-view.tsx';
import { PolicyText } from '../rules/conflict-view.tsx';
import { editingOf, isChanged, openEditing } from '../rules/draft-store.ts';
import { loadTenants } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { timeText } from '../time-text.ts';

const NO_POLICY = { rules: [] };

/** The last revisions, what going back to one would change, and the way back. */
export function HistoryPage({
  subject,
  service,
}: {
  readonly subject: TenantKey;
  readonly service: Service;
}): JSX.Element {
  const { dialect, tenant } = subject;
  const [result, setResult] = useState<ApiResult<{ readonly revisions: readonly StoredRevision[] }>>();
  const [shown, setShown] = useState<number>();
  const load = useCallback(
    async (): Promise<void> => setResult(await getHistory({ dialect, tenant })),
    [dialect, tenant],
  );
  useEffect(() => {
    void load();
    void openEditing({ dialect, tenant });
  }, [load, dialect, tenant, connection.value]);
  if (!result) return <p>{texts.loading}</p>;
  if (result.kind !== 'ok') {
    const isNone = result.kind === 'problem' && result.code === 'policy-absent';
    return <p>{isNone ? texts.history.none : failureText(result)}</p>;
  }
  const { revisions } = result.value;
  const current = revisions[0];
  const chosen = revisions.find(({ revision }) => revision === shown);
  const { caption, columns, current: inForce, deletion, show } = texts.history;

  const goBack = async ({ revision, policy }: StoredRevision): Promise<void> => {
    if (!current) return;
    const over = current.policy ? current.revision : null;
    const written =
      policy === null && over !== null
        ? await deletePolicy(subject, over)
        : await putPolicy(subject, policy ?? NO_POLICY, over);
    if (written.kind === 'ok') {
      announce(texts.history.rolledBack(revision, written.value.revision));
      setShown(undefined);
      void loadTenants();
      await openEditing(subject);
    } else announceFailure(written);
    await load();
  };
  const state = editingOf(subject).value;
  return (
    <>
      {state.kind === 'editing' && isChanged(state) && <p class="banner">{texts.history.draftStays}</p>}
      <div class="scroll">
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{columns.revision}</th>
              <th scope="col">{columns.time}</th>
              <th scope="col">{columns.rules}</th>
              <th scope="col">{columns.change}</th>
            </tr>
          </thead>
          <tbody>
            {revisions.map(({ revision, writtenAt, policy }, index) => (
              <tr key={revision}>
                <th scope="row">
                  {revision} {index === 0 && policy && <span class="tag">{inForce}</span>}
                </th>
                <td>
                  <time dateTime={writtenAt}>{timeText(writtenAt)}</time>
                </td>
                <td>{policy ? policy.rules.length : deletion}</td>
                <td>
                  <button
                    type="button"
                    aria-label={show(revision)}
                    aria-expanded={shown === revision}
                    onClick={() => setShown(shown === revision ? undefined : revision)}
                  >
                    {columns.change}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen && current && (
        <section class="panel" aria-labelledby="revision-title">
          <h2 id="revision-title">{texts.history.shown(chosen.revision)}</h2>
          {chosen !== current && (
            <>
              <h3>{texts.history.against}</h3>
              <ComparisonView
                old={current.policy ?? NO_POLICY}
                now={chosen.policy ?? NO_POLICY}
                profile={service.profile}
                subject={subject}
              />
              <ReadOnlyReason />
              {canChange.value && (
                <p>
                  <button type="button" class="primary" onClick={() => void goBack(chosen)}>
                    {texts.history.rollBack(chosen.revision)}
                  </button>
                </p>
              )}
            </>
          )}
          <PolicyText title={texts.history.rules} policy={chosen.policy ?? NO_POLICY} />
        </section>
      )}
    </>
  );
}
