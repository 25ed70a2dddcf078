import {
  type CompiledPolicy,
  compile,
  decideActual,
  decidePreflight,
  type Policy,
  type ResponseHeader,
} from '@crossgate/core';
import { cosProfile } from '@crossgate/dialects';
import {
  ASKED_METHOD,
  type Asked,
  EXPOSED,
  HEADERS,
  MAX_AGE_SECONDS,
  METHODS,
  type Side,
} from './allowed.ts';

export function enginePolicy(
  origins: readonly string[],
  ruleCount: number,
  headers: readonly string[] = HEADERS,
): CompiledPolicy {
  const perRule = origins.length / ruleCount;
  const policy: Policy = {
    rules: Array.from({ length: ruleCount }, (_, rule) => ({
      allowedOrigins: origins.slice(rule * perRule, (rule + 1) * perRule),
      allowedMethods: METHODS,
      allowedHeaders: headers,
      exposeHeaders: EXPOSED,
      maxAgeSeconds: MAX_AGE_SECONDS,
    })),
  };
  return compile(policy, cosProfile);
}

export function engineSide(policy: CompiledPolicy, asked: readonly Asked[]): Side {
  const preflights = asked.map(({ origin, headers }) => ({
    origin,
    requestMethod: ASKED_METHOD,
    requestHeaders: headers,
  }));
  const actuals = asked.map(({ origin }) => ({ origin, method: ASKED_METHOD, responseHeaderNames: EXPOSED }));
  let next = 0;
  const at = (): number => next++ % asked.length;
  return {
    name: 'crossgate',
    call:
      asked[0]?.kind === 'preflight'
        ? () => decidePreflight(policy, preflights[at()] as (typeof preflights)[0])
        : () => decideActual(policy, actuals[at()] as (typeof actuals)[0]),
    read: result => {
      const { headers } = result as { readonly headers: readonly ResponseHeader[] };
      return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
    },
  };
}

/** What calling and counting costs: nothing is decided. */
export function floorSide(): Side {
  const nothing = { headers: [] };
  return { name: 'nothing', call: () => nothing, read: () => new Map() };
}
