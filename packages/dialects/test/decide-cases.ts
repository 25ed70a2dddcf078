import {
  type ActualDecision,
  type ActualRequest,
  compile,
  decideActual,
  decidePreflight,
  type Policy,
  type PreflightDecision,
  type PreflightRequest,
  type Profile,
  type ResponseHeader,
  type Rule,
} from '@crossgate/core';

export interface PreflightCase {
  readonly name: string;
  readonly policy: Policy;
  readonly request: PreflightRequest;
  readonly expected: PreflightDecision;
}

export interface ActualCase {
  readonly name: string;
  readonly policy: Policy;
  readonly request: ActualRequest;
  readonly expected: ActualDecision;
}

export function preflightOf(
  profile: Profile,
  { policy, request }: Pick<PreflightCase, 'policy' | 'request'>,
): PreflightDecision {
  return decidePreflight(compile(policy, profile), request);
}

export function actualOf(
  profile: Profile,
  { policy, request }: Pick<ActualCase, 'policy' | 'request'>,
): ActualDecision {
  return decideActual(compile(policy, profile), request);
}

export function preflight(
  origin?: string,
  requestMethod?: string,
  requestHeaders?: string,
): PreflightRequest {
  return { origin, requestMethod, requestHeaders };
}

export function rule(origins: string, methods: string, parts: Partial<Rule> = {}): Rule {
  return {
    allowedOrigins: origins.split(' '),
    allowedMethods: methods.split(' '),
    allowedHeaders: [],
    exposeHeaders: [],
    ...parts,
  };
}

/** Header lines, the prefix that all headers of CORS share left out: `Allow-Origin: *` but `Vary: Origin`. */
export function headers(...lines: readonly string[]): readonly ResponseHeader[] {
  return lines.map(line => {
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    return [name === 'Vary' ? name : `Access-Control-${name}`, line.slice(colon + 2)];
  });
}
