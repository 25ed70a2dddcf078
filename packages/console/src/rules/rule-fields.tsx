import type { Profile } from '@crossgate/core';
import type { JSX, TargetedEvent } from 'preact';
import { texts } from '../texts.ts';
import type { RuleField, ServiceWords } from '../words.ts';
import type { DraftRule } from './draft.ts';
import type { Findings } from './findings.ts';
import { FindingsList } from './findings-list.tsx';

/** What every field of a rule needs. */
export interface FieldProps {
  readonly rule: DraftRule;
  readonly index: number;
  readonly profile: Profile;
  readonly words: ServiceWords;
  readonly findings: Findings;
  readonly onChange: (rule: DraftRule) => void;
}

type TextField = Exclude<RuleField, 'allowedMethods'>;

function Label({ id, field, words }: { id: string; field: RuleField; words: ServiceWords }): JSX.Element {
  return (
    <label for={id}>
      {texts.rules.fields[field]} <ServiceName words={words} field={field} />
    </label>
  );
}

export function ServiceName({
  words,
  field,
}: {
  readonly words: ServiceWords;
  readonly field: RuleField | 'vary';
}): JSX.Element | null {
  const name = words.names[field];
  return name === undefined ? null : <code class="service-name">{name}</code>;
}

/** An input with its label, what helps, and what is wrong with it. */
export function TextField({
  field,
  help,
  ...props
}: FieldProps & { readonly field: TextField; readonly help?: string }): JSX.Element {
  const { rule, index, words, findings, onChange } = props;
  const id = `rule-${rule.key}-${field}`;
  const found = findings.at(index, field);
  const shared = {
    id,
    value: rule[field],
    'aria-describedby': `${help ? `${id}-help ` : ''}${id}-findings`,
    'aria-invalid': found.some(({ severity }) => severity === 'error'),
    spellcheck: false,
    autocomplete: 'off',
    onInput: ({ currentTarget }: TargetedEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange({ ...rule, [field]: currentTarget.value }),
  } as const;
  const isList = field !== 'id' && field !== 'maxAgeSeconds';
  return (
    <div class={`field ${isList ? 'list' : 'short'}`}>
      <Label id={id} field={field} words={words} />
      {isList ? (
        <textarea {...shared} rows={Math.min(8, Math.max(2, rule[field].split('\n').length))} />
      ) : (
        <input {...shared} type="text" {...(field === 'maxAgeSeconds' && { inputMode: 'numeric' })} />
      )}
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <FindingsList id={`${id}-findings`} findings={found} />
    </div>
  );
}

/** A box for each method that the service knows, and for others that the rule names. */
export function MethodBoxes({ rule, index, profile, words, findings, onChange }: FieldProps): JSX.Element {
  const { known, any } = profile.methods;
  const others = rule.allowedMethods.filter(method => !known.includes(method) && !(any && method === '*'));
  const boxes = [...known, ...(any ? ['*'] : []), ...new Set(others)];
  const id = `rule-${rule.key}-methods-findings`;
  const toggle = (method: string, isOn: boolean): void => {
    const rest = rule.allowedMethods.filter(name => name !== method);
    onChange({ ...rule, allowedMethods: isOn ? [...rest, method] : rest });
  };
  return (
    <fieldset class="field methods" aria-describedby={id}>
      <legend>
        {texts.rules.fields.allowedMethods} <ServiceName words={words} field="allowedMethods" />
      </legend>
      <div class="boxes">
        {boxes.map(method => (
          <label key={method}>
            <input
              type="checkbox"
              checked={rule.allowedMethods.includes(method)}
              onChange={({ currentTarget }) => toggle(method, currentTarget.checked)}
            />{' '}
            {method}
          </label>
        ))}
      </div>
      <FindingsList id={id} findings={findings.at(index, 'allowedMethods')} />
    </fieldset>
  );
}
