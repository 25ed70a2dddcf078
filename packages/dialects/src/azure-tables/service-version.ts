import type { QueryParameter, RequestHead } from '../exchange.ts';
import { headerValue } from '../headers.ts';

/** A version of the service, `YYYY-MM-DD`. Versions compare as text. */
export type ServiceVersion = string;

/** The oldest of "Previous Azure Storage service versions". */
const OLDEST: ServiceVersion = '2009-04-14';

/** With this version the properties got CORS, and metrics by the minute. */
export const CORS_VERSION: ServiceVersion = '2013-08-15';
/** With this version errors got `x-ms-error-code`. */
export const ERROR_CODE_VERSION: ServiceVersion = '2017-07-29';

/**
 * The version that a request is to be handled by ("Versioning for the Azure Storage Services"): `x-ms-version`; for a
 * shared access signature else its `api-version`, else its `sv`. Undefined when there is none.
 */
export function requestedVersion(
  request: RequestHead,
  parameters: readonly QueryParameter[],
): string | undefined {
  const header = headerValue(request, 'x-ms-version');
  if (header !== undefined) return header;
  const named = new Map(parameters);
  return named.has('sig') ? (named.get('api-version') ?? named.get('sv')) : undefined;
}

/** Whether it is a date on which there can have been a version. Newer ones than we know are taken for the newest. */
export function isServiceVersion(text: string): text is ServiceVersion {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < OLDEST) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The version of a request where it has one that can be read. */
export function serviceVersion(
  request: RequestHead,
  parameters: readonly QueryParameter[],
): ServiceVersion | undefined {
  const version = requestedVersion(request, parameters);
  return version !== undefined && isServiceVersion(version) ? version : undefined;
}
