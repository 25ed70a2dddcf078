import { isIPv4 } from 'node:net';
import type { Exchange, ServiceError } from '../exchange.ts';
import { azureTablesError } from './errors.ts';
import { isServiceVersion } from './service-version.ts';
import type { AccountSasFields } from './signature.ts';

/** There is no account SAS of an older version. */
const OLDEST_VERSION = '2015-04-05';

/** Why an account SAS, rightly signed, does not allow a request ("Shared access signature error codes"). */
export function accountSasProblem(exchange: Exchange, fields: AccountSasFields): ServiceError | undefined {
  return (
    versionProblem(fields) ??
    timeProblem(fields, exchange.receivedAt) ??
    protocolProblem(exchange, fields) ??
    addressProblem(fields, exchange.clientAddress) ??
    operationProblem(exchange, fields)
  );
}

function failed(explanation: string): ServiceError {
  return azureTablesError('AuthenticationFailed', explanation);
}

function versionProblem(fields: AccountSasFields): ServiceError | undefined {
  const version = fields.get('sv') ?? '';
  if (isServiceVersion(version) && version >= OLDEST_VERSION) return undefined;
  return failed(`The sv of a shared access signature must be ${OLDEST_VERSION} or later.`);
}

function timeProblem(fields: AccountSasFields, now: number): ServiceError | undefined {
  const start = fields.get('st') ? timeOf(fields.get('st') ?? '') : 0;
  const expiry = timeOf(fields.get('se') ?? '');
  if (start === undefined || expiry === undefined) {
    return failed(
      'The st and se of a shared access signature must be times in UTC, such as 2026-11-20T06:25:21Z.',
    );
  }
  const serverTime = new Date(now).toISOString();
  if (now < start) return failed(`The shared access signature is not valid yet; it is ${serverTime} here.`);
  return now >= expiry
    ? failed(`The shared access signature has expired; it is ${serverTime} here.`)
    : undefined;
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?:(:\d{2})(\.\d{1,3})?\d{0,4})?Z)?$/;

/** Of one of the documented forms, in milliseconds since the epoch. */
function timeOf(text: string): number | undefined {
  const [, day, minute = '00:00', second = ':00', fraction = ''] = TIME.exec(text) ?? [];
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}${second}${fraction}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function protocolProblem({ isSecure }: Exchange, fields: AccountSasFields): ServiceError | undefined {
  const protocols = fields.get('spr') || 'https,http';
  if (protocols === 'https,http') return undefined;
  if (protocols !== 'https')
    return failed('The spr of a shared access signature must be https or https,http.');
  if (isSecure) return undefined;
  return azureTablesError(
    'AuthorizationProtocolMismatch',
    'The signature is for HTTPS only, and the request came by HTTP.',
  );
}

function addressProblem(
  fields: AccountSasFields,
  clientAddress: string | undefined,
): ServiceError | undefined {
  const range = fields.get('sip');
  if (!range) return undefined;
  const client = addressNumber(clientAddress?.replace(/^::ffff:/i, '') ?? '');
  const [first = '', last = first] = range.split('-', 2);
  const [from, to] = [addressNumber(first), addressNumber(last)];
  if (client !== undefined && from !== undefined && to !== undefined && from <= client && client <= to) {
    return undefined;
  }
  return azureTablesError('AuthorizationSourceIPMismatch');
}

function addressNumber(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** What the operation needs ("Account SAS permissions by operation"). Of data requests only the upstream can tell. */
function operationProblem({ location }: Exchange, fields: AccountSasFields): ServiceError | undefined {
  const { operation } = location;
  if (operation.kind !== 'policy') return undefined;
  if (!fields.get('ss')?.includes('t'))
    return azureTablesError('AuthorizationServiceMismatch', needs('ss', 't'));
  if (!fields.get('srt')?.includes('s')) {
    return azureTablesError('AuthorizationResourceTypeMismatch', needs('srt', 's'));
  }
  const permission = operation.action === 'get' ? 'r' : 'w';
  if (fields.get('sp')?.includes(permission)) return undefined;
  return azureTablesError('AuthorizationPermissionMismatch', needs('sp', permission));
}

function needs(field: string, letter: string): string {
  return `The ${field} of the shared access signature needs ${letter}.`;
}
