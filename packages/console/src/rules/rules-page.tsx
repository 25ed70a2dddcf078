import type { Policy, Profile } from '@crossgate/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { canChange } from '../access/access-state.ts';
import { ReadOnlyReason } from '../access/read-only-reason.tsx';
import type { Service, TenantKey } from '../api/admin-api.ts';
import { connection } from '../api/admin-client.ts';
import { announce } from '../notice.tsx';
import { texts } from '../texts.ts';
import { DocumentView } from './document-view.tsx';
import { policyOf } from './draft.ts';
import { type Editing, edit, editingOf, isChanged, openEditing, restart } from './draft-store.ts';
import { type Findings, findingsOf } from './findings.ts';
import { focusSoon, RulesEditor } from './rules-editor.tsx';
import { SavePanel } from './save-panel.tsx';

/** The rule editor of a tenant. */
export function RulesPage({
  subject,
  service,
}: {
  readonly subject: TenantKey;
  readonly service: Service;
}): JSX.Element {
  const { dialect, tenant } = subject;
  useEffect(() => void openEditing({ dialect, tenant }), [dialect, tenant, connection.value]);
  const state = editingOf(subject).value;
  switch (state.kind) {
    case 'loading':
      return <p>{texts.loading}</p>;
    case 'failed':
      return <p class="banner bad">{texts.failed(state.message)}</p>;
    case 'editing':
      return <Editor subject={subject} service={service} editing={state} />;
    default:
      return state satisfies never;
  }
}

interface EditorProps {
  readonly subject: TenantKey;
  readonly service: Service;
  readonly editing: Editing;
}

function Editor({ subject, service, editing }: EditorProps): JSX.Element {
  const { profile } = service;
  const { draft, revision } = editing;
  const policy = useMemo(() => policyOf(draft), [draft]);
  const findings = useFindings(policy, profile);
  const [isReviewing, setReviewing] = useState(false);
  const changed = isChanged(editing);
  const review = (): void => {
    const { errorCount } = findingsOf(policy, profile);
    if (errorCount > 0) announce(texts.rules.fixFirst(errorCount));
    else setReviewing(true);
  };
  const close = (): void => {
    setReviewing(false);
    focusSoon('review');
  };
  const discard = (): void => {
    restart(subject, revision, editing.base);
    announce(texts.rules.discarded);
    setReviewing(false);
  };
  return (
    <>
      <ReadOnlyReason />
      <RulesEditor
        draft={draft}
        profile={profile}
        findings={findings}
        onEdit={change => {
          setReviewing(false);
          edit(subject, change);
        }}
      />
      <div class="save-bar">
        <button type="button" id="review" class="primary" disabled={!changed} onClick={review}>
          {canChange.value ? texts.rules.review : texts.rules.preview}
        </button>
        <button type="button" disabled={!changed} onClick={discard}>
          {texts.rules.discard}
        </button>
        <span class="help">
          {texts.rules.revision(revision)} {changed ? texts.rules.unsaved : texts.rules.unchanged}{' '}
          {findings.errorCount > 0 && texts.rules.fixFirst(findings.errorCount)}
        </span>
      </div>
      {isReviewing && changed && <SavePanel {...{ subject, profile, editing, policy }} onClose={close} />}
      <DocumentView service={service} policy={policy} hasErrors={findings.errorCount > 0} />
    </>
  );
}

const PAUSE_MS = 150;

/** What is found, a moment after somebody stops typing. */
function useFindings(policy: Policy, profile: Profile): Findings {
  const [findings, setFindings] = useState(() => findingsOf(policy, profile));
  useEffect(() => {
    const timer = setTimeout(() => setFindings(findingsOf(policy, profile)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [policy, profile]);
  return findings;
}
