import type { JSX, TargetedEvent } from 'preact';
import { texts } from '../texts.ts';
import type { DraftRule } from './draft.ts';
import { FindingsList } from './findings-list.tsx';
import type { RulesProps } from './rules-editor.tsx';

/** An origin, a box for each method, and a button to delete it, to a row. */
export function RuleRows({ draft, profile, words, findings, onEdit, onRemove }: RulesProps): JSX.Element {
  const { known } = profile.methods;
  const change = (changed: DraftRule): void =>
    onEdit(({ rules, ...rest }) => ({
      ...rest,
      rules: rules.map(rule => (rule.key === changed.key ? changed : rule)),
    }));
  const toggle = (rule: DraftRule, method: string, isOn: boolean): void => {
    const rest = rule.allowedMethods.filter(name => name !== method);
    change({ ...rule, allowedMethods: isOn ? [...rest, method] : rest });
  };
  return (
    <>
      <p class="help" id="origin-help">
        {texts.rules.example(words.originExample)}
      </p>
      <div class="scroll">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">{texts.rules.origin}</th>
              <th scope="col" colSpan={known.length}>
                {texts.rules.fields.allowedMethods}
              </th>
              <th scope="col">
                <span class="visually-hidden">{texts.rules.remove}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {draft.rules.map((rule, index) => {
              const found = findings.all.filter(({ path }) => path[0] === 'rules' && path[1] === index);
              const id = `rule-${rule.key}`;
              const shared = {
                id: `${id}-allowedOrigins`,
                'aria-label': `${texts.rules.origin} ${index + 1}`,
                'aria-describedby': `origin-help ${id}-findings`,
                'aria-invalid': found.some(({ severity }) => severity === 'error'),
                value: rule.allowedOrigins,
                spellcheck: false,
                onInput: ({ currentTarget }: TargetedEvent<HTMLInputElement | HTMLTextAreaElement>) =>
                  change({ ...rule, allowedOrigins: currentTarget.value }),
              } as const;
              return (
                <tr key={rule.key}>
                  <td class="origin">
                    {rule.allowedOrigins.includes('\n') ? (
                      <textarea {...shared} rows={rule.allowedOrigins.split('\n').length} />
                    ) : (
                      <input {...shared} type="text" autocomplete="off" />
                    )}
                    <FindingsList id={`${id}-findings`} findings={found} />
                  </td>
                  {known.map(method => (
                    <td key={method} class="box">
                      <label>
                        <input
                          type="checkbox"
                          checked={rule.allowedMethods.includes(method)}
                          aria-label={`${method}, ${texts.rules.origin} ${index + 1}`}
                          onChange={({ currentTarget }) => toggle(rule, method, currentTarget.checked)}
                        />{' '}
                        {method}
                      </label>
                    </td>
                  ))}
                  <td class="box">
                    <button
                      type="button"
                      class="danger"
                      aria-label={texts.rules.removeRule(index)}
                      onClick={() => onRemove(index)}
                    >
                      {texts.rules.remove}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
