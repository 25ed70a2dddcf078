import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../texts.ts';
import { type Draft, type DraftRule, entriesOf, hasField, moved } from './draft.ts';
import { countsText, FindingsList } from './findings-list.tsx';
import { type FieldProps, MethodBoxes, TextField } from './rule-fields.tsx';
import type { RulesProps } from './rules-editor.tsx';

/** So few are all open at first. */
const OPEN_AT_FIRST = 3;

/** A form to a rule; those closed show what is in them. */
export function RuleCards({ draft, onEdit, onRemove, ...props }: RulesProps): JSX.Element {
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const [openByDefault] = useState(draft.rules.length <= OPEN_AT_FIRST);
  const [newest] = useState(Math.max(0, ...draft.rules.map(({ key }) => key)));
  const isOpen = ({ key }: DraftRule): boolean => (openByDefault || key > newest) !== toggled.has(key);
  const setOpen = (rule: DraftRule, open: boolean): void => {
    if (isOpen(rule) === open) return;
    const next = new Set(toggled);
    if (!next.delete(rule.key)) next.add(rule.key);
    setToggled(next);
  };
  return (
    <ol class="cards">
      {draft.rules.map((rule, index) => (
        <li key={rule.key}>
          <details
            class="card"
            open={isOpen(rule)}
            onToggle={({ currentTarget }) => setOpen(rule, currentTarget.open)}
          >
            <Summary rule={rule} index={index} {...props} />
            {isOpen(rule) && (
              <RuleForm
                {...props}
                rule={rule}
                index={index}
                count={draft.rules.length}
                onChange={changed =>
                  onEdit(({ rules, ...rest }) => ({
                    ...rest,
                    rules: rules.map(other => (other.key === changed.key ? changed : other)),
                  }))
                }
                onMove={by => onEdit((whole: Draft) => ({ ...whole, rules: moved(whole.rules, index, by) }))}
                onRemove={() => onRemove(index)}
              />
            )}
          </details>
        </li>
      ))}
    </ol>
  );
}

const SHOWN_ORIGINS = 2;

function Summary({ rule, index, findings }: Pick<FieldProps, 'rule' | 'index' | 'findings'>): JSX.Element {
  const origins = entriesOf(rule.allowedOrigins);
  const more = origins.length - SHOWN_ORIGINS;
  const found = findings.all.filter(({ path }) => path[0] === 'rules' && path[1] === index);
  const counts = countsText(found);
  const worst = ['error', 'warning', 'info'].find(severity => found.some(each => each.severity === severity));
  return (
    <summary>
      <span class="rule-name">
        {texts.rules.rule(index)}
        {rule.id.trim() !== '' && <> · {rule.id}</>}
      </span>{' '}
      <span class="digest">
        {origins.length === 0 ? texts.rules.noOrigin : origins.slice(0, SHOWN_ORIGINS).join(', ')}
        {more > 0 && <> {texts.rules.andMore(more)}</>} ·{' '}
        {rule.allowedMethods.join(', ') || texts.rules.noMethod}
      </span>{' '}
      {counts !== '' && <span class={`tag ${worst}`}>{counts}</span>}
    </summary>
  );
}

interface RuleFormProps extends FieldProps {
  readonly count: number;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

function RuleForm({ count, onMove, onRemove, ...props }: RuleFormProps): JSX.Element {
  const { rule, index, profile, words, findings } = props;
  const { up, down, upShort, downShort, onePerLine, example } = texts.rules;
  return (
    <div class="rule-form">
      <FindingsList id={`rule-${rule.key}-findings`} findings={findings.at(index)} />
      <TextField {...props} field="allowedOrigins" help={`${onePerLine} ${example(words.originExample)}`} />
      <MethodBoxes {...props} />
      {hasField(profile, 'allowedHeaders') && (
        <TextField {...props} field="allowedHeaders" help={onePerLine} />
      )}
      {hasField(profile, 'exposeHeaders') && <TextField {...props} field="exposeHeaders" help={onePerLine} />}
      {hasField(profile, 'maxAgeSeconds') && <TextField {...props} field="maxAgeSeconds" />}
      {hasField(profile, 'id') && <TextField {...props} field="id" />}
      <div class="actions">
        <button type="button" aria-label={up(index)} disabled={index === 0} onClick={() => onMove(-1)}>
          {upShort}
        </button>
        <button
          type="button"
          aria-label={down(index)}
          disabled={index === count - 1}
          onClick={() => onMove(1)}
        >
          {downShort}
        </button>
        <button type="button" class="danger" aria-label={texts.rules.removeRule(index)} onClick={onRemove}>
          {texts.rules.remove}
        </button>
      </div>
    </div>
  );
}
