import {
  type Criterion,
  type Explanation,
  formatEdit,
  formatObstacle,
  NEAR_MISS_TEXTS,
  type NearestChange,
  RULE_OUTCOME_TEXTS,
} from '@crossgate/core';
import type { JSX } from 'preact';
import { sentence } from '../rules/findings.ts';
import { texts } from '../texts.ts';

/** Why, rule by rule: what each list of each rule says to what was asked for. */
export function RuleTrace({ explanation }: { readonly explanation: Explanation }): JSX.Element {
  const { ruleByRule, ruleColumns, noRules } = texts.try;
  const { rules } = explanation;
  if (rules.length === 0) return <p>{noRules}</p>;
  return (
    <div class="scroll">
      <table class="trace">
        <caption class="visually-hidden">{ruleByRule}</caption>
        <thead>
          <tr>
            <th scope="col">{ruleColumns.rule}</th>
            <th scope="col">{ruleColumns.outcome}</th>
            <th scope="col">{ruleColumns.origin}</th>
            <th scope="col">{ruleColumns.method}</th>
            <th scope="col">{ruleColumns.headers}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ index, source, outcome, origin, methods, headers }) => (
            <tr key={index} class={outcome}>
              <th scope="row">
                {index + 1}
                {source.id !== undefined && <> · {source.id}</>}
              </th>
              <td>{sentence(RULE_OUTCOME_TEXTS[outcome])}</td>
              <td>
                <CriterionView criterion={origin} />
              </td>
              <td>
                {methods.map(criterion => (
                  <CriterionView key={criterion.value} criterion={criterion} />
                ))}
              </td>
              <td>
                {headers.map(criterion => (
                  <CriterionView key={criterion.value} criterion={criterion} />
                ))}
                {headers.length === 0 && '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CriterionView({ criterion: { value, match } }: { readonly criterion: Criterion }): JSX.Element {
  const { matches, matchesNot, notCompared } = texts.try;
  switch (match.kind) {
    case 'entry':
    case 'any':
      return (
        <div class="yes">
          <span aria-hidden="true">✓</span> <code>{value}</code>
          {match.text !== value && (
            <>
              {' '}
              {matches} <code>{match.text}</code>
            </>
          )}
          {match.text === value && <span class="visually-hidden"> {matches}</span>}
        </div>
      );
    case 'none':
      return (
        <div class="no">
          <span aria-hidden="true">✗</span> <code>{value}</code> {matchesNot}
          {match.nearMisses.map(({ kind, index, text }) => (
            <div key={`${index} ${kind}`} class="help">
              <code>{text}</code> {NEAR_MISS_TEXTS[kind]}
            </div>
          ))}
        </div>
      );
    case 'not-compared':
      return (
        <div>
          <code>{value}</code> {notCompared}
        </div>
      );
    default:
      return match satisfies never;
  }
}

/** What would let a refused request in, and a button that does it in the rule editor. */
export function NearestChangeView({
  nearest,
  ruleCount,
  onApply,
}: {
  readonly nearest: NearestChange;
  readonly ruleCount: number;
  readonly onApply: () => void;
}): JSX.Element {
  const words = texts.try;
  const isPossible = nearest.kind === 'edits';
  return (
    <section class="nearest" aria-labelledby="nearest-title">
      <h3 id="nearest-title">{isPossible ? words.nearest : words.impossible}</h3>
      <ul>
        {nearest.kind === 'edits'
          ? nearest.edits.map(edit => {
              const text = sentence(formatEdit(edit, ruleCount));
              return <li key={text}>{text}</li>;
            })
          : nearest.obstacles.map(obstacle => {
              const text = sentence(formatObstacle(obstacle));
              return <li key={text}>{text}</li>;
            })}
      </ul>
      {nearest.kind === 'edits' && nearest.takesOver && <p>{words.takesOver}</p>}
      {isPossible && (
        <button type="button" onClick={onApply}>
          {words.apply}
        </button>
      )}
    </section>
  );
}
