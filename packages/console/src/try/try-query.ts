import type { CredentialsMode } from '@crossgate/core';

/** A request that somebody tries, as it is typed and as it stands in links. */
export interface TriedRequest {
  readonly origin: string;
  readonly url: string;
  readonly method: string;
  /** `Name: value`, one to a line. */
  readonly headers: string;
  readonly credentials: CredentialsMode;
  /** Whether the rule editor decides, where something is changed in it. */
  readonly byDraft: boolean;
}

export const CREDENTIALS_MODES: readonly CredentialsMode[] = ['same-origin', 'include', 'omit'];

export function queryOf(request: Partial<TriedRequest>): URLSearchParams {
  const { origin, url, method, headers, credentials, byDraft } = request;
  const query = new URLSearchParams();
  if (origin) query.set('origin', origin);
  if (url) query.set('url', url);
  if (method) query.set('method', method);
  if (headers) query.set('headers', headers);
  if (credentials && credentials !== 'same-origin') query.set('credentials', credentials);
  if (byDraft) query.set('by', 'draft');
  return query;
}

/** @param defaults for what the link leaves out */
export function requestIn(
  query: URLSearchParams,
  defaults: Pick<TriedRequest, 'origin' | 'url' | 'method'>,
): TriedRequest {
  const credentials = CREDENTIALS_MODES.find(mode => mode === query.get('credentials'));
  return {
    origin: query.get('origin') ?? defaults.origin,
    url: query.get('url') ?? defaults.url,
    method: query.get('method') ?? defaults.method,
    headers: query.get('headers') ?? '',
    credentials: credentials ?? 'same-origin',
    byDraft: query.get('by') === 'draft',
  };
}

/** The lines of the header field; a line without a colon is a name. */
export function headersIn(text: string): readonly { readonly name: string; readonly value: string }[] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const colon = line.indexOf(':');
      return colon < 0
        ? { name: line.trim(), value: '' }
        : { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
    });
}
