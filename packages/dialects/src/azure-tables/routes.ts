import type { Location, Operation, QueryParameter, RequestHead, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { methodAccess } from '../method-access.ts';
import { hostWithoutPort, percentDecode, queryParameters, splitTarget } from '../request-target.ts';
import { azureTablesError } from './errors.ts';
import { isServiceVersion, requestedVersion } from './service-version.ts';

/**
 * `myaccount.table.core.windows.net` and that of the other clouds ("Endpoints"), and, to try it, `…table.localhost`. Not
 * any host that looks like it: whoever has such a name could choose by whose rules an account in the path is answered.
 */
const TABLE_HOST =
  /^([^.]+)\.table\.(?:core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net|cloudapi\.de)|localhost)$/i;

/** "Storage account overview": 3 to 24 lower-case letters and digits. */
export function isAccountName(name: string): boolean {
  return /^[a-z0-9]{3,24}$/.test(name);
}

/** Names the same account in its other place. */
const SECONDARY = '-secondary';

/**
 * Finds account, path and operation. The account is in the host, or, for any other host, the first segment of the path,
 * as the emulator has it.
 */
export function locateAzureTables(request: RequestHead): Location {
  const { authority, path, query } = splitTarget(request.target, headerValue(request, 'host') ?? '');
  const inHost = TABLE_HOST.exec(hostWithoutPort(authority))?.[1]?.toLowerCase();
  const slash = path.indexOf('/', 1);
  const first = path.slice(1, slash === -1 ? undefined : slash);
  const inPath = percentDecode(first);
  const named = inHost ?? inPath;
  const tenant = (named?.endsWith(SECONDARY) ? named.slice(0, -SECONDARY.length) : named) || undefined;
  const below = path.slice(inHost === undefined ? first.length + 2 : 1);
  const resource = percentDecode(below);
  const pathStyle = inHost === undefined && tenant !== undefined;
  const located = (
    operation: Operation,
    parameters: readonly QueryParameter[] = [],
    // Written out: what is spread costs more than all the rest of a request's way to here.
  ): Location => ({
    tenant,
    operation,
    resource: resource ?? below,
    authority,
    path,
    query,
    parameters,
    pathStyle,
  });
  if (request.method === 'OPTIONS') return located({ kind: 'preflight' });
  const parameters = queryParameters(query);
  if (resource === undefined || parameters === undefined || (inHost === undefined && inPath === undefined)) {
    const problem = 'The request target is not percent-encoded UTF-8.';
    return located(unreadable(azureTablesError('InvalidUri', problem)));
  }
  const operation: Operation = has(parameters, 'comp', 'properties')
    ? propertiesOperation(request, parameters, resource === '' ? tenant : undefined)
    : { kind: 'data', access: methodAccess(request) };
  return located(operation, parameters);
}

function unreadable(error: ServiceError): Operation {
  return { kind: 'unreadable', error };
}

/** In any case and at any path: what an upstream could take for the properties must not get past the gate. */
function has(parameters: readonly QueryParameter[], name: string, value: string): boolean {
  return parameters.some(([key, text]) => key.toLowerCase() === name && text.toLowerCase() === value);
}

/** Get and Set Table Service Properties, of the account whose root the path is. */
function propertiesOperation(
  request: RequestHead,
  parameters: readonly QueryParameter[],
  tenant: string | undefined,
): Operation {
  if (tenant === undefined || !has(parameters, 'restype', 'service')) {
    const problem =
      'Service properties are those of an account: ask for /?restype=service&comp=properties in its host, or below its name as the path.';
    return unreadable(azureTablesError('InvalidUri', problem));
  }
  const { method } = request;
  if (method !== 'GET' && method !== 'PUT') {
    return unreadable({ ...azureTablesError('UnsupportedHttpVerb'), headers: [['Allow', 'GET, PUT']] });
  }
  const problem = versionProblem(requestedVersion(request, parameters));
  return problem ? unreadable(problem) : { kind: 'policy', action: method === 'GET' ? 'get' : 'put' };
}

function versionProblem(version: string | undefined): ServiceError | undefined {
  if (version === undefined) {
    const problem = 'Send the header x-ms-version, such as 2019-02-02.';
    return azureTablesError('MissingRequiredHeader', problem);
  }
  if (isServiceVersion(version)) return undefined;
  const problem = 'The version, in x-ms-version or in the signature, must be a date such as 2019-02-02.';
  return azureTablesError('InvalidHeaderValue', problem);
}
