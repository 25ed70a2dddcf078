import type { Policy, Profile } from '@crossgate/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { canChange } from '../access/access-state.ts';
import { ReadOnlyReason } from '../access/read-only-reason.tsx';
import {
  deletePolicy,
  putCandidate,
  putPolicy,
  type StoredRevision,
  type TenantKey,
} from '../api/admin-api.ts';
import type { ApiProblem } from '../api/admin-client.ts';
import { announce, announceFailure } from '../notice.tsx';
import { loadTenants } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { ComparisonView } from './comparison-view.tsx';
import { ConflictView } from './conflict-view.tsx';
import { removesPolicy } from './draft.ts';
import { type Editing, rebase, restart } from './draft-store.ts';

export interface SavePanelProps {
  readonly subject: TenantKey;
  readonly profile: Profile;
  readonly editing: Editing;
  /** What would be saved; it has no errors. */
  readonly policy: Policy;
  readonly onClose: () => void;
}

type Conflict = Pick<StoredRevision, 'revision' | 'writtenAt' | 'policy'> | null;

/** What saving would change, before it is done; and what to do when somebody else was faster. */
export function SavePanel({ subject, profile, editing, policy, onClose }: SavePanelProps): JSX.Element {
  const [conflict, setConflict] = useState<Conflict | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const isRemoval = removesPolicy(policy, profile);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [conflict]);

  // While it is under way, buttons keep the focus, as they would not if they were disabled.
  const save = async (over: number | null): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    const result =
      isRemoval && over !== null ? await deletePolicy(subject, over) : await putPolicy(subject, policy, over);
    setBusy(false);
    if (result.kind === 'ok') {
      rebase(subject, isRemoval ? null : result.value.revision, policy);
      announce(texts.rules.saved(result.value.revision));
      void loadTenants();
      onClose();
    } else if (result.kind === 'problem' && result.code === 'revision-conflict') {
      setConflict(conflictIn(result));
    } else announceFailure(result);
  };
  const hold = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    const result = await putCandidate(subject, policy);
    setBusy(false);
    if (result.kind === 'ok') {
      announce(texts.rules.heldBeside);
      onClose();
    } else announceFailure(result);
  };

  return (
    <section class="panel" aria-labelledby="save-title">
      <h2 id="save-title" ref={heading} tabIndex={-1}>
        {conflict === undefined ? texts.comparison.title : texts.conflict.title}
      </h2>
      {conflict === undefined ? (
        <>
          {isRemoval && <p>{texts.rules.removesPolicy}</p>}
          <ComparisonView old={editing.base} now={policy} profile={profile} subject={subject} />
          <ReadOnlyReason />
          <div class="actions">
            {canChange.value && (
              <button
                type="button"
                class="primary"
                aria-disabled={isBusy}
                onClick={() => void save(editing.revision)}
              >
                {texts.comparison.save}
              </button>
            )}
            {canChange.value && !isRemoval && (
              <button type="button" aria-disabled={isBusy} onClick={() => void hold()}>
                {texts.comparison.hold}
              </button>
            )}
            <button type="button" onClick={onClose}>
              {texts.cancel}
            </button>
          </div>
        </>
      ) : (
        <ConflictView
          {...{ subject, profile, policy }}
          base={editing.base}
          theirs={conflict}
          onOverwrite={() => void save(conflict?.revision ?? null)}
          onTake={() => {
            restart(subject, conflict?.revision ?? null, conflict?.policy ?? null);
            onClose();
          }}
          onKeep={() => {
            rebase(subject, conflict?.revision ?? null, conflict?.policy ?? null);
            onClose();
          }}
        />
      )}
    </section>
  );
}

/** Null where what was edited is gone. */
function conflictIn({ details }: ApiProblem): Conflict {
  const { current } = details as { readonly current?: StoredRevision | null };
  return current ?? null;
}
