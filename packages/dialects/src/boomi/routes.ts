import type { Location, Operation, RequestHead } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { methodAccess } from '../method-access.ts';
import { percentDecode, queryParameters, splitTarget } from '../request-target.ts';
import { boomiError } from './errors.ts';

/** What stands before the account, for every API whose requests go by the CORS rules of the account. */
const BASES: readonly (readonly string[])[] = [
  ['api', 'rest', 'v1'],
  ['partner', 'api', 'rest', 'v1'],
  ['apim', 'api', 'rest', 'v1'],
  ['auth', 'jwt', 'generate'],
];

/**
 * Finds the account and what is meant in it. The account is that of the path, also beside an `overrideAccount`. Every
 * `OPTIONS` is located as a preflight; what the decision then takes for none is an ordinary request.
 */
export function locateBoomi(request: RequestHead): Location {
  const { authority, path, query } = splitTarget(request.target, headerValue(request, 'host') ?? '');
  const segments = readSegments(path);
  const isPreflight = request.method === 'OPTIONS';
  if (typeof segments === 'string') {
    const error = boomiError('request-malformed', `The request target cannot be read: ${segments}.`);
    const operation: Operation = isPreflight ? { kind: 'preflight' } : { kind: 'unreadable', error };
    const resource = path.slice(1);
    return {
      tenant: undefined,
      operation,
      resource,
      authority,
      path,
      query,
      parameters: [],
      pathStyle: false,
    };
  }
  const base = baseOf(segments);
  const tenant = base && segments[base.length];
  const inside = base && tenant !== undefined ? segments.slice(base.length + 1) : segments;
  return {
    tenant,
    operation: isPreflight ? { kind: 'preflight' } : { kind: 'data', access: accessOf(request, path) },
    resource: inside.join('/'),
    authority,
    path,
    query,
    parameters: isPreflight ? [] : (queryParameters(query) ?? []),
    pathStyle: tenant !== undefined,
  };
}

/** A query is asked by POST. Written so that nobody can read another path in it. */
const QUERY = /^\/(?:partner\/)?api\/rest\/v1\/[\w.-]+\/[A-Za-z]+\/query(?:More)?$/;
/** The token that is made there can do all that its user can. */
const TOKENS = /^\/*auth\//i;

function accessOf(request: RequestHead, path: string): 'read' | 'write' {
  if (TOKENS.test(path)) return 'write';
  if (request.method !== 'POST' || !QUERY.test(path)) return methodAccess(request);
  return methodAccess({ ...request, method: 'GET' });
}

/**
 * The segments of a path, decoded, without their parameters (`;a=b`; RFC 3986, section 3.3) and without empty ones. An
 * upstream may read a path so, and must not find another account in it than we do; for the same reason there is no `.`
 * or `..`, however it is encoded. Otherwise what is wrong with the path.
 */
function readSegments(path: string): readonly string[] | string {
  const segments: string[] = [];
  const loosest = loosestSegments(path);
  for (const raw of path.split('/')) {
    const segment = percentDecode(raw.replace(/;.*$/s, ''));
    if (segment === undefined) return 'it is not percent-encoded UTF-8';
    if (segment.split(/[/\\]/).some(part => /^\.\.?(?:;|$)/.test(part))) return 'its path has a dot segment';
    if (segment !== '') segments.push(segment);
  }
  const [ours, theirs] = [accountOf(segments), loosest && accountOf(loosest, true)];
  return ours === theirs ? segments : 'its account can be read in two ways';
}

function baseOf(segments: readonly string[], anyCase = false): readonly string[] | undefined {
  const comparable = (segment: string | undefined) => (anyCase ? segment?.toLowerCase() : segment);
  return BASES.find(names => names.every((name, at) => comparable(segments[at]) === name));
}

function accountOf(segments: readonly string[], anyCase = false): string | undefined {
  const base = baseOf(segments, anyCase);
  return base && segments[base.length];
}

/**
 * The segments as the laxest server reads them: decoded twice, with backslashes as slashes, and without blanks.
 * Undefined when that cannot be done.
 */
function loosestSegments(path: string): readonly string[] | undefined {
  const decoded = percentDecode(percentDecode(path) ?? '') ?? percentDecode(path);
  return decoded
    ?.split(/[/\\]/)
    .map(segment => segment.replace(/;.*$/s, '').trim())
    .filter(segment => segment !== '');
}
