/** The admin API, every answer held to its OpenAPI document. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { type AdminRequest, type AdminResponse, adminApi, type SendToAdmin } from './admin-http.ts';

interface Operation {
  readonly 'x-crossgate-role'?: string;
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, object>> }>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface CheckedAdmin {
  readonly document: OpenApiDocument;
  readonly send: SendToAdmin;
  /** `GET /path 200` for what has been answered so far. */
  readonly answered: ReadonlySet<string>;
}

/** Refused before the route is looked at, or because of the method or of who asks. */
const EVERYWHERE = [401, 403, 405, 429, 500];

/** @param headers that every request has */
export async function openCheckedAdmin(
  address: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<CheckedAdmin> {
  const bare = adminApi(address);
  const plain: SendToAdmin = (path, request = {}) =>
    bare(path, { ...request, headers: { ...headers, ...request.headers } });
  const document = (await plain('/api/v1/openapi.json')).json as OpenApiDocument;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'openapi');
  const answered = new Set<string>();

  function validator(pointer: string): ValidateFunction {
    const found = ajv.getSchema(`openapi#${pointer}`);
    if (!found) throw new Error(`there is no schema at ${pointer}`);
    return found;
  }

  function check(
    path: string,
    { method = 'GET' }: AdminRequest,
    { status, headers, json }: AdminResponse,
  ): void {
    const template = templateOf(document, path);
    const inDocument = template !== undefined && !EVERYWHERE.includes(status);
    const mediaType = String(headers['content-type']).split(';', 1)[0] ?? '';
    if (inDocument) answered.add(`${method} ${template} ${status}`);
    const name = escapePointer(template ?? '');
    const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
    const pointer = inDocument
      ? `/paths/${name}/${verb}/responses/${status}/content/${escapePointer(mediaType)}/schema`
      : '/components/schemas/Error';
    const content = template && document.paths[template]?.[verb]?.responses[status]?.content;
    if (inDocument) expect(Object.keys(content || {}), `${method} ${path}: ${status}`).toContain(mediaType);
    if (mediaType !== 'application/json' || method === 'HEAD') return;
    const validate = validator(pointer);
    const isValid = validate(json);
    expect(isValid ? [] : validate.errors, `${method} ${path}: ${JSON.stringify(json)}`).toEqual([]);
  }

  return {
    document,
    answered,
    send: async (path, request = {}) => {
      const answer = await plain(path, request);
      check(path, request, answer);
      return answer;
    },
  };
}

function templateOf({ paths }: OpenApiDocument, path: string): string | undefined {
  const [rawPath = ''] = path.split('?', 1);
  return Object.keys(paths).find(template => {
    const pattern = template
      .split('/')
      .map(step => (step.startsWith('{') ? '[^/]*' : step.replaceAll('.', '\\.')))
      .join('/');
    return new RegExp(`^${pattern}$`).test(rawPath);
  });
}

/** RFC 6901, within a URI fragment. */
function escapePointer(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}
