import type { Settings } from '@crossgate/core';
import type { Analytics, Usage, UsageMeasures } from '../dialect.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { percentDecode } from '../request-target.ts';
import { analyticsSettings } from './analytics-settings.ts';
import { type PresentedCredential, presentedCredential } from './authorization.ts';
import { safeClientRequestId } from './responses.ts';
import { serviceVersion } from './service-version.ts';

/** Storage Analytics of the Table service, for the operations that are answered here. */
export const azureTablesAnalytics: Analytics = { classify, isLogged, line, file, retentionDays };

const PREFLIGHT = 'TablePreflightRequest';
const GET_PROPERTIES = 'GetTableServiceProperties';
const SET_PROPERTIES = 'SetTableServiceProperties';

/** What nearly all are. */
const ANSWERED_PREFLIGHT: Usage = { operation: PREFLIGHT, status: 'AnonymousSuccess', billable: true };

/** "Storage Analytics Logged Operations and Status Messages". */
function classify(exchange: Exchange, reply: Reply): Usage | undefined {
  const operation = operationOf(exchange);
  if (operation === undefined) return undefined;
  if (operation === PREFLIGHT && reply.status === 200) return ANSWERED_PREFLIGHT;
  const status = PREFIXES[credentialOf(exchange)] + outcomeOf(reply);
  // A preflight that is refused is not billed ("Preflight Table Request"), whatever its status says.
  const billable = operation !== PREFLIGHT && isBillable(status);
  return { operation, status, billable };
}

function operationOf({ location }: Exchange): string | undefined {
  const { operation } = location;
  switch (operation.kind) {
    case 'preflight':
      return PREFLIGHT;
    case 'policy':
      return operation.action === 'get' ? GET_PROPERTIES : SET_PROPERTIES;
    case 'data':
    case 'unreadable':
      return undefined;
    default:
      return operation satisfies never;
  }
}

const PREFIXES = {
  none: 'Anonymous',
  'shared-key': '',
  'shared-access-signature': 'SAS',
} as const satisfies Record<PresentedCredential, string>;

/** A preflight is anonymous, whatever it shows. */
function credentialOf(exchange: Exchange): PresentedCredential {
  return exchange.location.operation.kind === 'preflight' ? 'none' : presentedCredential(exchange);
}

function outcomeOf({ status, errorCode }: Reply): string {
  if (status < 400) return 'Success';
  if (status === 403 || errorCode === 'InvalidAuthenticationInfo') return 'AuthorizationError';
  if (status < 500) return 'ClientOtherError';
  if (status === 503) return 'ThrottlingError';
  return errorCode === 'OperationTimedOut' ? 'ClientTimeoutError' : 'ServerOtherError';
}

/** `TotalBillableRequests` of "Storage Analytics Metrics Table Schema". */
function isBillable(status: string): boolean {
  if (status === 'AuthorizationError' || status === 'SASAuthorizationError') return true;
  return /(?:Success|NetworkError|ClientOtherError|ClientTimeoutError)$/.test(status);
}

/**
 * "About Storage Analytics Logging": of failed anonymous requests only errors of the server and timeouts are logged. That
 * preflights are read requests is ours.
 */
function isLogged(usage: Usage, _exchange: Exchange, settings: Settings | undefined): boolean {
  const { logging } = analyticsSettings(settings);
  const wanted = usage.operation === SET_PROPERTIES ? logging.write : logging.read;
  if (!wanted) return false;
  const { status } = usage;
  return !status.startsWith('Anonymous') || /(?:Success|ServerOtherError|TimeoutError)$/.test(status);
}

function retentionDays(settings: Settings | undefined): number | undefined {
  const { retentionPolicy } = analyticsSettings(settings).logging;
  return retentionPolicy.enabled ? retentionPolicy.days : undefined;
}

/** "Log Naming Conventions": one file an hour, in UTC. It is never so long that it would need a second. */
function file(at: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  return `table/${day.replaceAll('-', '/')}/${time.slice(0, 2)}00/000000.log`;
}

const AUTHENTICATION = {
  none: 'anonymous',
  'shared-key': 'authenticated',
  'shared-access-signature': 'sas',
} as const satisfies Record<PresentedCredential, string>;

/** From this version on the log says the error code in place of `ClientOtherError`. */
const CODE_VERSION = '2017-04-17';

/** The 30 fields of "Storage Analytics Log Format", version 1.0. */
function line(usage: Usage, exchange: Exchange, reply: Reply, measures: UsageMeasures): string {
  const { request, location } = exchange;
  const version = serviceVersion(request, location.parameters) ?? '';
  const isCoded = version >= CODE_VERSION && usage.status.endsWith('ClientOtherError');
  const credential = credentialOf(exchange);
  const account = location.tenant ?? '';
  const fields = [
    '1.0',
    new Date(exchange.receivedAt).toISOString().replace('Z', '0000Z'),
    usage.operation,
    isCoded ? (reply.errorCode ?? usage.status) : usage.status,
    reply.status,
    Math.round(measures.elapsedMilliseconds),
    Math.round(measures.serverMilliseconds),
    AUTHENTICATION[credential],
    credential === 'shared-key' ? account : '',
    account,
    'table',
    quoted(urlOf(exchange), URL_LIMIT_BYTES),
    quoted(`/${account}/${location.resource}`),
    exchange.requestId,
    0,
    measures.client,
    version,
    measures.requestHeaderBytes,
    measures.requestBodyBytes,
    measures.responseHeaderBytes,
    measures.responseBodyBytes,
    measures.requestBodyBytes,
    quoted(utf8(headerValue(request, 'content-md5'))),
    '',
    '',
    '',
    '',
    quoted(utf8(headerValue(request, 'user-agent'))),
    quoted(utf8(headerValue(request, 'referer'))),
    quoted(safeClientRequestId(exchange)),
  ];
  return `${fields.join(';')}\n`;
}

/** Without the signature of a shared access signature: who reads the log shall not be able to use it. */
function urlOf({ location, isSecure }: Exchange): string {
  const query = location.query
    .split('&')
    .map(part => (isSignature(part) ? 'sig=XXXXX' : part))
    .join('&');
  return `${isSecure ? 'https' : 'http'}://${location.authority}${location.path}${query === '' ? '' : `?${query}`}`;
}

function isSignature(parameter: string): boolean {
  return percentDecode(parameter.split('=', 1)[0] ?? '')?.toLowerCase() === 'sig';
}

/** Header bytes as the text that they are meant for. */
function utf8(bytes: string | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString('utf8');
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Before it is encoded, which makes it six times that at most. Strangers choose what is written of them, not how much. */
const TEXT_LIMIT_BYTES = 1024;
const URL_LIMIT_BYTES = 2 * TEXT_LIMIT_BYTES;
/** Ends a text that was cut. */
const CUT = '...';

/** The whole characters that fit. */
function bounded(text: string, limitBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limitBytes));
  return read === text.length ? text : text.slice(0, read) + CUT;
}

/**
 * Bounded, HTML-encoded and quoted, as every field that may have a quote, a semicolon or a line break; empty without a
 * value.
 */
function quoted(text: string | undefined, limitBytes: number = TEXT_LIMIT_BYTES): string {
  if (text === undefined || text === '') return '';
  const encoded = bounded(text, limitBytes).replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not get out
    /[&<>"\u0000-\u001f\u007f\u2028\u2029]/g,
    character => REFERENCES[character] ?? `&#${character.charCodeAt(0)};`,
  );
  return `"${encoded}"`;
}
