import type { Policy, Profile } from '@crossgate/core';
import type { JSX } from 'preact';
import type { StoredRevision, TenantKey } from '../api/admin-api.ts';
import { texts } from '../texts.ts';
import { timeText } from '../time-text.ts';
import { ComparisonView } from './comparison-view.tsx';

export interface ConflictProps {
  readonly subject: TenantKey;
  readonly profile: Profile;
  /** What both started from. */
  readonly base: Policy;
  /** What is stored now; null where it has been deleted. */
  readonly theirs: Pick<StoredRevision, 'revision' | 'writtenAt' | 'policy'> | null;
  /** What was to be saved. */
  readonly policy: Policy;
  readonly onOverwrite: () => void;
  readonly onTake: () => void;
  readonly onKeep: () => void;
}

/** Both versions, what each changes, and the three ways on. */
export function ConflictView(props: ConflictProps): JSX.Element {
  const { subject, profile, base, theirs, policy, onOverwrite, onTake, onKeep } = props;
  const stored = theirs?.policy ?? { rules: [] };
  const { deleted, changed, mine, theirVersion, myVersion, overwrite, take, keep } = texts.conflict;
  return (
    <>
      <p>{theirs ? changed(theirs.revision, timeText(theirs.writtenAt)) : deleted}</p>
      <h4>{texts.conflict.theirs}</h4>
      <ComparisonView old={base} now={stored} profile={profile} subject={subject} />
      <h4>{mine}</h4>
      <ComparisonView old={stored} now={policy} profile={profile} subject={subject} />
      <div class="versions">
        <PolicyText title={theirVersion} policy={stored} />
        <PolicyText title={myVersion} policy={policy} />
      </div>
      <div class="actions">
        <button type="button" class="danger" onClick={onOverwrite}>
          {overwrite}
        </button>
        <button type="button" onClick={onTake}>
          {take}
        </button>
        <button type="button" onClick={onKeep}>
          {keep}
        </button>
      </div>
    </>
  );
}

/** A policy in the neutral form. It can be scrolled with the keyboard. */
export function PolicyText({ title, policy }: { readonly title: string; readonly policy: Policy }): JSX.Element {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached without a mouse */}
      <pre tabIndex={0} aria-label={title} role="region">{JSON.stringify(policy, undefined, 2)}</pre>
    </figure>
  );
}
