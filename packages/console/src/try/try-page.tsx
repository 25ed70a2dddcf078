import { applyEdits, compile, type Policy, validate } from '@crossgate/core';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Service, TenantKey } from '../api/admin-api.ts';
import { connection } from '../api/admin-client.ts';
import { CopyButton } from '../copy-button.tsx';
import { Marked } from '../marked.tsx';
import { announce } from '../notice.tsx';
import { navigate, replaceRoute, tenantRoute } from '../routes.ts';
import { draftOf, policyOf } from '../rules/draft.ts';
import { edit, editingOf, isChanged, openEditing } from '../rules/draft-store.ts';
import { sentence } from '../sentence.ts';
import { exampleUrl } from '../tenants/tenants-state.ts';
import { texts } from '../texts.ts';
import { type Prediction, predict } from './predict.ts';
import { PredictionSteps, verdictText } from './prediction-steps.tsx';
import { RealRequest } from './real-request.tsx';
import { RequestForm } from './request-form.tsx';
import { NearestChangeView, RuleTrace } from './rule-trace.tsx';
import { queryOf, requestIn, type TriedRequest } from './try-query.ts';

/** A request of a page, and what becomes of it, at every keystroke. */
export function TryPage({
  subject,
  service,
  query,
}: {
  readonly subject: TenantKey;
  readonly service: Service;
  readonly query: URLSearchParams;
}): JSX.Element {
  const { dialect, tenant } = subject;
  const { profile } = service;
  useEffect(() => void openEditing({ dialect, tenant }), [dialect, tenant, connection.value]);
  const state = editingOf(subject).value;
  const request = requestIn(query, {
    origin: 'https://app.example.com',
    url: exampleUrl(service, tenant),
    method: 'GET',
  });
  const draft = state.kind === 'editing' && isChanged(state) ? policyOf(state.draft) : undefined;
  const isDraftUsable = useMemo(
    () => draft !== undefined && validate(draft, profile).length === 0,
    [draft && JSON.stringify(draft), profile],
  );
  const stored: Policy = state.kind === 'editing' ? state.base : { rules: [] };
  const policy = request.byDraft && draft && isDraftUsable ? draft : stored;
  const text = JSON.stringify(policy);
  const compiled = useMemo(() => compile(JSON.parse(text) as Policy, profile), [text, profile]);
  if (state.kind === 'loading') return <p>{texts.loading}</p>;
  if (state.kind === 'failed') return <p class="banner bad">{texts.failed(state.message)}</p>;
  const predicted = predict(compiled, request);
  const change = (now: TriedRequest): void => replaceRoute(tenantRoute(subject, 'try', queryOf(now)));
  const apply = (changed: Policy): void => {
    edit(subject, () => draftOf(changed));
    announce(texts.try.applied);
    navigate(tenantRoute(subject, 'rules'));
  };
  return (
    <>
      <p class="help">{texts.try.intro}</p>
      <div class="try">
        <div class="asked">
          <RequestForm
            request={request}
            methods={profile.methods.known}
            canUseDraft={draft !== undefined}
            originFault={originFault(predicted)}
            onChange={change}
          />
          {request.byDraft && draft && !isDraftUsable && <p class="fault">{texts.try.invalidDraft}</p>}
          <p>
            <CopyButton
              label={texts.try.copyLink}
              text={() =>
                new URL(
                  `#/${[dialect, tenant, 'try'].map(encodeURIComponent).join('/')}?${queryOf(request)}`,
                  location.href,
                ).href
              }
            />
          </p>
        </div>
        <div class="result">
          <VerdictView predicted={predicted} />
          {predicted.kind === 'predicted' && (
            <>
              {predicted.explanation && (
                <>
                  {predicted.explanation.nearest && (
                    <NearestChangeView
                      nearest={predicted.explanation.nearest}
                      onApply={() => {
                        const nearest = predicted.explanation?.nearest;
                        if (nearest?.kind === 'edits') apply(applyEdits(policy, nearest.edits));
                      }}
                    />
                  )}
                  <h2>{texts.try.ruleByRule}</h2>
                  <RuleTrace explanation={predicted.explanation} />
                </>
              )}
              <h2>{texts.try.steps}</h2>
              <PredictionSteps prediction={predicted.prediction} />
            </>
          )}
        </div>
        <RealRequest
          key={`${queryOf(request)} ${text}`}
          request={request}
          policy={compiled}
          service={service}
        />
      </div>
    </>
  );
}

function originFault(predicted: Prediction): string {
  switch (predicted.kind) {
    case 'predicted':
      return '';
    case 'no-origin':
      return texts.try.noOrigin;
    case 'not-an-origin':
      return predicted.sent === undefined ? texts.try.noneOrigin : texts.try.notOrigin(predicted.sent);
    default:
      return predicted satisfies never;
  }
}

/** Always there, so that a change of it is read out. */
function VerdictView({ predicted }: { readonly predicted: Prediction }): JSX.Element {
  const verdict = predicted.kind === 'predicted' ? predicted.prediction.verdict : undefined;
  return (
    <section aria-labelledby="verdict-title">
      <h2 id="verdict-title" class="visually-hidden">
        {texts.try.verdict}
      </h2>
      <div role="status" class={`banner ${verdict?.kind === 'blocked' ? 'bad' : verdict ? 'good' : ''}`}>
        {predicted.kind === 'predicted' && <strong>{verdictText(predicted.prediction)}</strong>}
        {verdict?.kind === 'blocked' && (
          <p>
            {verdict.phase !== 'request' && `${texts.try.needed} `}
            <Marked text={sentence(verdict.help)} /> <span class="help">{verdict.citation}</span>
          </p>
        )}
        {!verdict && originFault(predicted)}
      </div>
    </section>
  );
}
