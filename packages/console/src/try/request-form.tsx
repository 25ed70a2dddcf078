import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { CREDENTIALS_MODES, type TriedRequest } from './try-query.ts';

/** What a page would give to `fetch`. */
export function RequestForm({
  request,
  methods,
  canUseDraft,
  originFault,
  onChange,
}: {
  readonly request: TriedRequest;
  /** Suggested; any other can be typed. */
  readonly methods: readonly string[];
  readonly canUseDraft: boolean;
  /** What is wrong with the origin; the empty string where nothing is. */
  readonly originFault: string;
  readonly onChange: (request: TriedRequest) => void;
}): JSX.Element {
  const words = texts.try;
  const textInput = (field: 'origin' | 'url' | 'method', describedBy?: string): JSX.Element => (
    <input
      id={`try-${field}`}
      type="text"
      spellcheck={false}
      autocomplete="off"
      value={request[field]}
      {...(describedBy && { 'aria-describedby': describedBy })}
      {...(field === 'origin' && { 'aria-invalid': originFault !== '' })}
      {...(field === 'method' && { list: 'try-methods' })}
      onInput={({ currentTarget }) => onChange({ ...request, [field]: currentTarget.value })}
    />
  );
  return (
    <form class="request" onSubmit={event => event.preventDefault()}>
      <div class="field">
        <label for="try-origin">{words.origin}</label>
        {textInput('origin', 'try-origin-fault')}
        <p class="fault" id="try-origin-fault">
          {originFault}
        </p>
      </div>
      <div class="field">
        <label for="try-url">{words.url}</label>
        {textInput('url')}
      </div>
      <div class="field short">
        <label for="try-method">{words.method}</label>
        {textInput('method')}
        <datalist id="try-methods">
          {methods.map(method => (
            <option key={method} value={method} />
          ))}
        </datalist>
      </div>
      <div class="field short">
        <label for="try-credentials">{words.credentials}</label>
        <select
          id="try-credentials"
          value={request.credentials}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              ...request,
              credentials: CREDENTIALS_MODES.find(mode => mode === value) ?? 'same-origin',
            })
          }
        >
          {CREDENTIALS_MODES.map(mode => (
            <option key={mode} value={mode}>
              {words.credentialsModes[mode]}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="try-headers">{words.headers}</label>
        <textarea
          id="try-headers"
          rows={3}
          spellcheck={false}
          aria-describedby="try-headers-help"
          value={request.headers}
          onInput={({ currentTarget }) => onChange({ ...request, headers: currentTarget.value })}
        />
        <p class="help" id="try-headers-help">
          {words.headersHelp}
        </p>
      </div>
      {canUseDraft && (
        <div class="field">
          <label for="try-policy">{words.policy}</label>
          <select
            id="try-policy"
            value={request.byDraft ? 'draft' : 'stored'}
            onChange={({ currentTarget: { value } }) => onChange({ ...request, byDraft: value === 'draft' })}
          >
            <option value="stored">{words.stored}</option>
            <option value="draft">{words.draft}</option>
          </select>
        </div>
      )}
    </form>
  );
}
