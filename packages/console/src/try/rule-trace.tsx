import {
  type Criterion,
  type Explanation,
  formatObstacle,
  NEAR_MISS_TEXTS,
  type NearestChange,
  type PolicyEdit,
  RULE_OUTCOME_TEXTS,
} from '@crossgate/core';
import type { JSX } from 'preact';
import { Marked } from '../marked.tsx';
import { sentence } from '../sentence.ts';
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
  onApply,
}: {
  readonly nearest: NearestChange;
  readonly onApply: () => void;
}): JSX.Element {
  const words = texts.try;
  const isPossible = nearest.kind === 'edits';
  return (
    <section class="nearest" aria-labelledby="nearest-title">
      <h2 id="nearest-title">{isPossible ? words.nearest : words.impossible}</h2>
      <ul>
        {nearest.kind === 'edits'
          ? nearest.edits.map(edit => {
              return <li key={edit.path.join()}>{editText(edit)}</li>;
            })
          : nearest.obstacles.map(obstacle => {
              const text = sentence(formatObstacle(obstacle));
              return (
                <li key={text}>
                  <Marked text={text} />
                </li>
              );
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

function editText(edit: PolicyEdit): JSX.Element {
  const rule = edit.path[1];
  if (edit.kind === 'add-rule') return <>{texts.try.newRule(rule)}</>;
  const { allowedOrigins, allowedMethods, allowedHeaders } = texts.rules.fields;
  const list = { 'add-origin': allowedOrigins, 'add-method': allowedMethods, 'add-header': allowedHeaders };
  return (
    <>
      {texts.rules.rule(rule)}, {list[edit.kind]}: <strong>+</strong> <code>{edit.value}</code>
    </>
  );
}
