import type { Policy, Profile } from '@crossgate/core';
import type { JSX } from 'preact';
import type { StoredRevision, TenantKey } from '../api/admin-api.ts';
import { ScrolledText } from '../scrolled-text.tsx';
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
      <h3>{texts.conflict.theirs}</h3>
      <ComparisonView old={base} now={stored} profile={profile} subject={subject} />
      <h3>{mine}</h3>
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
export function PolicyText({
  title,
  policy,
}: {
  readonly title: string;
  readonly policy: Policy;
}): JSX.Element {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <ScrolledText label={title} text={JSON.stringify(policy, undefined, 2)} />
    </figure>
  );
}
