import type { ResponseHeader } from '@crossgate/core';
import type { OpenObject } from '@crossgate/object-store';
import type { Exchange, Reply } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { parseByteRange } from './byte-range.ts';
import { isKey, type ObjectConventions } from './conventions.ts';
import { accessProblem, type DataCall, type DataResult, isError } from './data-call.ts';
import { evaluatePreconditions, rangeApplies } from './preconditions.ts';
import { etagOf } from './put-object.ts';
import { asHeaderValue, REPRESENTATION_HEADERS } from './sent-headers.ts';

/** Answers GET and HEAD of an object: preconditions, ranges, and headers that parameters ask for. */
export async function getObject(call: DataCall, conventions: ObjectConventions): Promise<DataResult> {
  const { exchange, services } = call;
  const { tenant = '', resource: key } = exchange.location;
  const bucket = services.objects.bucket(tenant);
  if (!bucket) return conventions.error('bucket-absent', exchange);
  if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
  const open = await services.objects.open(tenant, key);
  // Without an object the bucket's list counts: who may not read learns nothing of what there is.
  const problem = accessProblem(call, conventions, open?.object.attributes.acl ?? bucket.acl, 'read');
  if (problem || !open) {
    await open?.close();
    return problem ?? conventions.error('object-absent', exchange);
  }
  const result = objectReply(exchange, open, conventions);
  // Whoever reads the object to its end closes it.
  if (isError(result) || result.body === undefined) await open.close();
  return result;
}

function objectReply(exchange: Exchange, open: OpenObject, conventions: ObjectConventions): DataResult {
  const { request } = exchange;
  const { object } = open;
  const validators = { etag: etagOf(object), modifiedAt: object.modifiedAt };
  const validatorHeaders: ResponseHeader[] = [
    ['ETag', validators.etag],
    ['Last-Modified', new Date(object.modifiedAt).toUTCString()],
  ];
  switch (evaluatePreconditions(request, validators)) {
    case 'not-modified':
      return { status: 304, headers: validatorHeaders };
    case 'failed':
      return conventions.error('precondition-failed', exchange);
    case 'proceed':
      break;
  }
  const overridden = overrideHeaders(exchange, object.attributes.headers);
  if (overridden === undefined) return conventions.error('override-malformed', exchange);
  const rangeHeader = rangeApplies(request, validators) ? headerValue(request, 'range') : undefined;
  const range = rangeHeader === undefined ? 'whole' : parseByteRange(rangeHeader, object.sizeBytes);
  if (range === 'unsatisfiable') {
    const contentRange: ResponseHeader = ['Content-Range', `bytes */${object.sizeBytes}`];
    return { ...conventions.error('range-unsatisfiable', exchange), headers: [contentRange] };
  }
  const length = range === 'whole' ? object.sizeBytes : range.end - range.start + 1;
  const headers: ResponseHeader[] = [
    ['Content-Length', String(length)],
    ['Accept-Ranges', 'bytes'],
  ];
  if (range !== 'whole') {
    headers.push(['Content-Range', `bytes ${range.start}-${range.end}/${object.sizeBytes}`]);
  }
  headers.push(...validatorHeaders, ...overridden);
  const reply: Reply = { status: range === 'whole' ? 200 : 206, headers };
  if (request.method === 'HEAD' || length === 0) return reply;
  return { ...reply, body: open.read(range === 'whole' ? undefined : range) };
}

/** The stored headers with those that `response-*` parameters ask for in their place. */
function overrideHeaders(
  exchange: Exchange,
  stored: readonly ResponseHeader[],
): readonly ResponseHeader[] | undefined {
  const headers = new Map(stored);
  for (const name of REPRESENTATION_HEADERS) {
    const parameter = `response-${name.toLowerCase()}`;
    const asked = exchange.location.parameters.find(([candidate]) => candidate === parameter)?.[1];
    if (!asked) continue;
    const value = asHeaderValue(asked);
    if (value === undefined) return undefined;
    headers.set(name, value);
  }
  return [...headers];
}
