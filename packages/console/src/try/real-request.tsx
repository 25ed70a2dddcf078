import type { CompiledPolicy } from '@crossgate/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Service } from '../api/admin-api.ts';
import { texts } from '../texts.ts';
import { type Prediction, predict } from './predict.ts';
import { headersIn, type TriedRequest } from './try-query.ts';

type Outcome = { readonly kind: 'readable'; readonly status: number } | { readonly kind: 'blocked' };

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'done'; readonly prediction: Prediction; readonly outcome: Outcome };

/** Sends the request from this page, and holds what happens against what was worked out for it. */
export function RealRequest({
  request,
  policy,
  service,
}: {
  readonly request: TriedRequest;
  readonly policy: CompiledPolicy;
  readonly service: Service;
}): JSX.Element {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const words = texts.real;
  const isListener = service.origin !== null && originOf(request.url) === service.origin;
  const isReachable = !isLoopback(service.origin) || isLoopback(location.origin);
  const send = async (): Promise<void> => {
    setState({ kind: 'sending' });
    const prediction = predict(policy, { ...request, origin: location.origin });
    setState({ kind: 'done', prediction, outcome: await sendForReal(request) });
  };
  return (
    <section aria-labelledby="real-title" class="real">
      <h2 id="real-title">{words.title}</h2>
      <p class="help">{words.explain(location.origin)}</p>
      {service.origin === null && <p>{words.notServed}</p>}
      {service.origin !== null && !isReachable && <p>{words.notReachable}</p>}
      {service.origin !== null && isReachable && !isListener && <p>{words.notListener}</p>}
      <button
        type="button"
        disabled={!isListener || !isReachable || state.kind === 'sending'}
        onClick={() => void send()}
      >
        {words.send}
      </button>
      <div role="status">
        {state.kind === 'sending' && <p>{words.sending}</p>}
        {state.kind === 'done' && <Held prediction={state.prediction} outcome={state.outcome} />}
      </div>
    </section>
  );
}

function Held({
  prediction: predicted,
  outcome,
}: {
  readonly prediction: Prediction;
  readonly outcome: Outcome;
}): JSX.Element | null {
  const words = texts.real;
  if (predicted.kind !== 'predicted') return null;
  const { verdict } = predicted.prediction;
  const agrees = (verdict.kind === 'blocked') === (outcome.kind === 'blocked');
  return (
    <>
      <p class={`banner ${agrees ? 'good' : 'bad'}`}>{agrees ? words.agrees : words.differs}</p>
      <dl>
        <dt>{words.predicted}</dt>
        <dd>{verdict.kind === 'blocked' ? words.blockedPredicted(verdict.help) : words.readablePredicted}</dd>
        <dt>{words.happened}</dt>
        <dd>{outcome.kind === 'readable' ? words.readable(outcome.status) : words.blocked}</dd>
      </dl>
      {!agrees && <p>{words.differsHelp}</p>}
    </>
  );
}

async function sendForReal({ url, method, headers, credentials }: TriedRequest): Promise<Outcome> {
  try {
    const { status } = await fetch(url.trim(), {
      method: method.trim() || 'GET',
      headers: headersIn(headers).map(({ name, value }) => [name, value] as [string, string]),
      credentials,
      cache: 'no-store',
    });
    return { kind: 'readable', status };
  } catch {
    return { kind: 'blocked' };
  }
}

function isLoopback(origin: string | null): boolean {
  return origin !== null && /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::|$)/.test(origin);
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url.trim()).origin;
  } catch {
    return undefined;
  }
}
