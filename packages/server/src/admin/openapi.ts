import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { answerSchemas, embedded } from './answer-schemas.ts';
import type { Operation, Operations } from './routes.ts';

type Json = Readonly<Record<string, unknown>>;

/** The admin API as an OpenAPI 3.1 document. */
export function openApiDocument(routes: Readonly<Record<string, Operations>>): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Crossgate admin API',
      version: '1',
      description:
        'Answers no page of another origin (403). Without tokens it is for this machine alone, by a Host that names it (else 403). With tokens it takes one, or a session (else 401; 429 after too many wrong ones), of a role that is enough (else 403). Errors are `Error`.',
    },
    servers: [{ url: 'http://127.0.0.1:4000' }],
    paths: Object.fromEntries(
      Object.entries(routes).map(([path, operations]) => [path, pathItem(path, operations)]),
    ),
    components: { schemas: answerSchemas(), securitySchemes: SECURITY_SCHEMES },
  };
}

function pathItem(path: string, operations: Operations): Json {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    ...(parameters.length > 0 && { parameters }),
    ...Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method.toLowerCase(), described(operation)]),
    ),
  };
}

const SECURITY_SCHEMES: Json = {
  token: { type: 'http', scheme: 'bearer', description: 'One of `admin.tokens`.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'crossgate_session',
    description:
      'What `POST /api/v1/session` sets, for browsers. The port stands behind its name, and `__Host-` before it over TLS.',
  },
};

function described({ role, summary, body, query, conditional, answers }: Operation): Json {
  const parameters = [...(query ? queryParameters(query) : []), ...(conditional ? CONDITIONS : [])];
  return {
    summary,
    ...(role === 'anyone'
      ? { security: [] }
      : { security: [{ token: [] }, { session: [] }], 'x-crossgate-role': role }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: jsonContent(bodySchema(body)) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        {
          description: STATUS_CODES[status] ?? status,
          content: answer.includes('/')
            ? { [answer]: { schema: { type: 'string' } } }
            : jsonContent(reference(answer)),
        },
      ]),
    ),
  };
}

const CONDITIONS: readonly Json[] = [
  header('If-Match', 'Only over this revision, as in the ETag.'),
  header('If-None-Match', '`*`: only when there is none.'),
];

function header(name: string, description: string): Json {
  return { name, in: 'header', description, schema: { type: 'string' } };
}

function bodySchema(body: NonNullable<Operation['body']>): object {
  return typeof body === 'string' ? reference(body) : inputSchema(body);
}

function queryParameters(query: z.ZodType): readonly Json[] {
  const { properties } = inputSchema(query) as { readonly properties: Readonly<Record<string, object>> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
}

/** What may be sent: what has a default may be left out. */
function inputSchema(schema: z.ZodType): object {
  return embedded(z.toJSONSchema(schema, { io: 'input' }));
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonContent(schema: object): Json {
  return { 'application/json': { schema } };
}
