import type { DiagnosticJson } from '@crossgate/core';
import { type ReadonlySignal, signal } from '@preact/signals';
import { sentence } from '../sentence.ts';

/** What came of a request to the admin API. */
export type ApiResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | ApiProblem
  /** Nothing answered, or not what the admin API answers. */
  | { readonly kind: 'offline' };

export interface ApiProblem {
  readonly kind: 'problem';
  readonly status: number;
  readonly code: string;
  /** For people, with what was found where a policy is not taken. */
  readonly message: string;
  /** Whatever else the answer tells about it. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

const lost = signal(false);

/** Whether the last request had no answer. */
export const isOffline: ReadonlySignal<boolean> = lost;

/** Never throws. What the server promises about the form of `Value` is not checked again. */
export async function callApi<Value>(path: string, request: ApiRequest = {}): Promise<ApiResult<Value>> {
  const answered = await send(path, request);
  lost.value = answered === undefined;
  if (!answered) return { kind: 'offline' };
  const { status, body } = answered;
  if (status < 400) return { kind: 'ok', value: body as Value };
  return readProblem(status, body);
}

async function send(
  path: string,
  { method = 'GET', headers = {}, body }: ApiRequest,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const response = await fetch(path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      cache: 'no-store',
    });
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
    return { status: response.status, body: isJson ? await response.json() : await response.text() };
  } catch {
    return undefined;
  }
}

function readProblem(status: number, body: unknown): ApiProblem {
  const { error } = (body ?? {}) as { readonly error?: Readonly<Record<string, unknown>> };
  const { code, message, ...details } = error ?? {};
  return {
    kind: 'problem',
    status,
    code: String(code ?? 'unknown'),
    message: [String(message ?? `HTTP ${status}`), ...findingsIn(details)].join(' '),
    details,
  };
}

const SHOWN = 3;

function findingsIn(details: ApiProblem['details']): readonly string[] {
  const { diagnostics } = details as { readonly diagnostics?: readonly DiagnosticJson[] };
  return (diagnostics ?? [])
    .slice(0, SHOWN)
    .map(({ message, help }) => `${sentence(message)} ${sentence(help)}`);
}
