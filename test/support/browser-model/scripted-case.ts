import type { CredentialsMode, FetchResponse, HeaderList } from '@crossgate/core';

/** A fetch of a page, and answers that no service gives: what browsers make of each step of the standard. */
export interface ScriptedCase {
  readonly name: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: CredentialsMode;
  /** How often it is made, one after the other. */
  readonly times: number;
  readonly preflight: FetchResponse;
  readonly actual: FetchResponse;
}

type Differences = Partial<Omit<ScriptedCase, 'name' | 'preflight' | 'actual'>> & {
  readonly preflight?: Partial<FetchResponse>;
  readonly actual?: Partial<FetchResponse>;
};

/** Makes cases that differ from a `GET` which the answers let a page of `origin` read. */
export type Script = (name: string, differences: Differences) => ScriptedCase;

export function scriptFor(origin: string): Script {
  const headers = [allowOrigin(origin)];
  return (name, { preflight, actual, ...request }) => ({
    name,
    method: 'GET',
    headers: [],
    credentials: 'omit',
    times: 1,
    ...request,
    preflight: { status: 200, headers, ...preflight },
    actual: { status: 200, headers, ...actual },
  });
}

export function allowOrigin(origin: string): readonly [string, string] {
  return ['Access-Control-Allow-Origin', origin];
}

export const ALLOW_CREDENTIALS = ['Access-Control-Allow-Credentials', 'true'] as const;

/** A line of `Access-Control-<name>` for each value. */
export function lines(name: string, values: readonly string[]): HeaderList {
  return values.map(value => [`Access-Control-${name}`, value]);
}
