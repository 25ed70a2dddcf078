import type { PolicyLimits, Profile } from '@crossgate/core';
import type { JSX } from 'preact';
import { announce } from '../notice.tsx';
import { texts } from '../texts.ts';
import { type ServiceWords, wordsOf } from '../words.ts';
import { type Draft, hasField, newRule } from './draft.ts';
import type { Findings } from './findings.ts';
import { FindingsList } from './findings-list.tsx';
import { RuleCards } from './rule-cards.tsx';
import { ServiceName } from './rule-fields.tsx';
import { RuleRows } from './rule-rows.tsx';

export interface RulesProps {
  readonly draft: Draft;
  readonly profile: Profile;
  readonly words: ServiceWords;
  readonly findings: Findings;
  readonly onEdit: (change: (draft: Draft) => Draft) => void;
  readonly onRemove: (index: number) => void;
}

const LAYOUTS = { cards: RuleCards, rows: RuleRows } as const;

/** The rules of a draft, in the form in which the service's own users know them. */
export function RulesEditor({
  draft,
  profile,
  findings,
  onEdit,
}: Omit<RulesProps, 'words' | 'onRemove'>): JSX.Element {
  const words = wordsOf(profile.dialect);
  const Rules = LAYOUTS[words.layout];
  const add = (): void => {
    const rule = newRule(profile);
    onEdit(whole => ({ ...whole, rules: [...whole.rules, rule] }));
    focusSoon(`rule-${rule.key}-allowedOrigins`);
  };
  const remove = (index: number): void => {
    onEdit(whole => ({ ...whole, rules: whole.rules.toSpliced(index, 1) }));
    announce(texts.rules.removed(index));
    focusSoon('add-rule');
  };
  const limits = limitsText(profile.limits);
  return (
    <>
      {limits !== '' && <p class="help">{limits}</p>}
      {findings.at().length > 0 && (
        <section aria-label={texts.rules.policyFindings}>
          <FindingsList id="policy-findings" findings={findings.at()} />
        </section>
      )}
      {draft.rules.length === 0 && <p>{texts.rules.none}</p>}
      {draft.rules.length > 0 && <Rules {...{ draft, profile, words, findings, onEdit }} onRemove={remove} />}
      <p>
        <button type="button" id="add-rule" onClick={add}>
          {words.addRule}
        </button>
      </p>
      {hasField(profile, 'vary') && (
        <p class="vary">
          <label>
            <input
              type="checkbox"
              checked={draft.vary ?? false}
              aria-describedby="vary-help"
              onChange={({ currentTarget: { checked } }) => onEdit(whole => ({ ...whole, vary: checked }))}
            />{' '}
            {texts.rules.vary} <ServiceName words={words} field="vary" />
          </label>{' '}
          <span class="help" id="vary-help">
            {texts.rules.varyHelp}
          </span>
        </p>
      )}
    </>
  );
}

function limitsText({
  rules,
  originsPerRule,
  entryLength,
  headersPerList,
  totalLength,
}: PolicyLimits): string {
  const { limits, limitRules, limitOrigins, limitEntry, limitHeaders, limitTotal } = texts.rules;
  const parts = [
    ...(rules.max === undefined ? [] : [limitRules(rules.max)]),
    ...(originsPerRule === undefined ? [] : [limitOrigins(originsPerRule)]),
    ...(headersPerList ? [limitHeaders(headersPerList.literal, headersPerList.wildcard)] : []),
    ...(entryLength === undefined ? [] : [limitEntry(entryLength)]),
    ...(totalLength === undefined ? [] : [limitTotal(totalLength)]),
  ];
  return parts.length > 0 ? limits(parts) : '';
}

/** Once the page shows what has been asked for. */
export function focusSoon(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}
