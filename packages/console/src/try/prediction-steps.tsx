import { type FetchPlan, type FetchPrediction, formatCause, REFUSAL_TEXTS } from '@crossgate/core';
import type { JSX } from 'preact';
import { Marked } from '../marked.tsx';
import { sentence } from '../sentence.ts';
import { texts } from '../texts.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** One sentence about how it ends, for the top of the page and for screen readers. */
export function verdictText({ plan, verdict }: FetchPrediction): string {
  if (verdict.kind === 'redirected') return texts.try.redirected;
  if (verdict.kind === 'blocked') {
    return verdict.phase === 'request' ? texts.try.blockedRequest : texts.try.blocked;
  }
  return plan.kind === 'planned' && !plan.isCrossOrigin
    ? `${texts.try.readable} ${texts.try.sameOrigin}`
    : texts.try.readable;
}

/** What is sent and answered, in order, as it stands on the wire. */
export function PredictionSteps({
  prediction,
}: {
  readonly prediction: FetchPrediction;
}): JSX.Element | null {
  const { plan, preflight, actual, verdict } = prediction;
  if (plan.kind === 'blocked') return null;
  return (
    <ol class="steps">
      <li>
        {plan.preflight ? (
          <>
            <h3>{texts.try.preflight}</h3>
            <p class="help">
              {texts.try.because} {plan.preflight.causes.map(formatCause).join(', ')}.
            </p>
            <Lines first={`OPTIONS ${pathOf(plan)}`} headers={plan.preflight.headers} />
          </>
        ) : (
          <h3>{texts.try.noPreflight}</h3>
        )}
      </li>
      {preflight && (
        <li>
          <h3>{texts.try.answer}</h3>
          <Lines first={`HTTP ${preflight.response.status}`} headers={preflight.response.headers} />
          <Reason decision={preflight.decision} />
        </li>
      )}
      <li>
        <h3>{texts.try.actual}</h3>
        {actual ? (
          <Lines first={`${plan.method} ${pathOf(plan)}`} headers={sentHeaders(plan)} />
        ) : (
          <p>{texts.try.notSent}</p>
        )}
      </li>
      {actual && (
        <li>
          <h3>{texts.try.actualAnswer}</h3>
          {actual.response.headers.length > 0 ? (
            <Lines headers={actual.response.headers} />
          ) : (
            <p>{texts.try.noHeaders}</p>
          )}
          <Reason decision={actual.decision} />
          {verdict.kind === 'readable' && plan.isCrossOrigin && (
            <p class="help">
              {texts.try.exposed}: {verdict.exposedHeaders.join(', ') || texts.try.onlySafe}
            </p>
          )}
        </li>
      )}
    </ol>
  );
}

type Exchange = NonNullable<FetchPrediction['actual'] | FetchPrediction['preflight']>;

/** Why the service refused, where it did. */
function Reason({ decision }: Pick<Exchange, 'decision'>): JSX.Element | null {
  return decision.kind === 'refused' ? (
    <p class="fault">
      <Marked text={sentence(REFUSAL_TEXTS[decision.reason])} />
    </p>
  ) : null;
}

function sentHeaders(plan: FetchPlan): Headers {
  return plan.sendsOrigin ? [['Origin', plan.pageOrigin], ...plan.headers] : plan.headers;
}

function pathOf({ url }: FetchPlan): string {
  const { host, pathname, search } = new URL(url);
  return `${host}${pathname}${search}`;
}

function Lines({ first, headers }: { readonly first?: string; readonly headers: Headers }): JSX.Element {
  return (
    <div class="lines">
      {first !== undefined && (
        <div>
          <strong>{first}</strong>
        </div>
      )}
      {headers.map(([name, value], i) => (
        <div key={i}>
          <span class="header-name">{name}:</span> {value}
        </div>
      ))}
    </div>
  );
}
