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
  /** Whether the page asks by itself: a session does not last longer by it. */
  readonly background?: true;
}

const lost = signal(false);
const loggedOut = signal(false);
const refused = signal(0);
const connected = signal(0);

/** Whether the last request had no answer. */
export const isOffline: ReadonlySignal<boolean> = lost;

/** Whether the server asks who is there. */
export const needsLogIn: ReadonlySignal<boolean> = loggedOut;

/** How often somebody was to hear that a request was not answered because of that. */
export const refusedCount: ReadonlySignal<number> = refused;

/** Another one each time that the server answers again, or somebody has logged in: what could not be loaded can be. */
export const connection: ReadonlySignal<number> = connected;

/** Somebody has logged in. */
export function setLoggedIn(): void {
  loggedOut.value = false;
  connected.value += 1;
}

/** Never throws. What the server promises about the form of `Value` is not checked again. */
export async function callApi<Value>(path: string, request: ApiRequest = {}): Promise<ApiResult<Value>> {
  // What was sent before may be answered late.
  const wasLoggedOut = loggedOut.value;
  const answered = await send(path, request);
  if (lost.value && answered) connected.value += 1;
  lost.value = answered === undefined;
  if (!answered) return { kind: 'offline' };
  const { status, body } = answered;
  if (status === 401 && !isLogIn(path, request)) {
    // Of several that were under way the first one tells it; then only what somebody has asked for does.
    if (!loggedOut.value || (wasLoggedOut && !request.background)) refused.value += 1;
    loggedOut.value = true;
  } else if (wasLoggedOut && loggedOut.value && status < 500 && !isForAnyone(path, request)) {
    // In another tab, which has the same cookie.
    setLoggedIn();
  }
  if (status < 400) return { kind: 'ok', value: body as Value };
  return readProblem(status, body);
}

export const SESSION_PATH = '/api/v1/session';

/** A wrong token is told where it was given. */
function isLogIn(path: string, { method }: ApiRequest): boolean {
  return path === SESSION_PATH && method === 'POST';
}

/** Who is answered that need not be anybody. */
function isForAnyone(path: string, { method = 'GET' }: ApiRequest): boolean {
  return path === '/readyz' || (path === SESSION_PATH && method !== 'GET');
}

async function send(
  path: string,
  { method = 'GET', headers = {}, body, background }: ApiRequest,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        ...headers,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(background && { 'X-Crossgate-Background': '1' }),
      },
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
