import { isToken } from '@crossgate/core';
import type { StoredObject } from '@crossgate/object-store';
import type { ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import { BodyTooLargeError, withCrc64 } from './checksums.ts';
import { isKey, type ObjectConventions } from './conventions.ts';
import { formatCrc64 } from './crc64.ts';
import { type DataCall, isError } from './data-call.ts';
import type { PostPolicy } from './post-policy.ts';
import { attributeProblem, sentAttributes } from './put-object.ts';
import { MalformedFormError, readUploadForm, type UploadForm } from './read-form.ts';
import { asHeaderValue, REPRESENTATION_HEADERS } from './sent-headers.ts';

export interface PostedObject {
  readonly object: StoredObject;
  readonly form: UploadForm;
}

/** What a form writes where the name of its file is meant. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
const FILE_NAME = '${filename}';

/**
 * Stores the file of a form as the object that its field `key` names, in which `${filename}` stands for the name of the
 * file. `permit` judges the form before any byte of the file is taken: by its signature and policy, or by the bucket.
 */
export async function postObject(
  call: DataCall,
  conventions: ObjectConventions,
  permit: (form: UploadForm) => PostPolicy | ServiceError,
): Promise<PostedObject | ServiceError> {
  const { exchange, body, services } = call;
  const { tenant = '' } = exchange.location;
  if (!services.objects.bucket(tenant)) return conventions.error('bucket-absent', exchange);
  let form: UploadForm | undefined;
  try {
    const contentType = headerValue(exchange.request, 'content-type') ?? '';
    form = await readUploadForm(body.stream(), contentType);
    const { fileName: name } = form;
    // As a function: a name may hold what a replacement would be read for, such as `$&`.
    const fileName = (): string => name;
    const permission = permit(form);
    if (isError(permission)) return permission;
    const key = (form.fields.get('key') ?? '').replaceAll(FILE_NAME, fileName);
    if (!isKey(key, conventions)) return conventions.error('key-length', exchange);
    const headers = headersOfForm(form, conventions);
    if (!headers) return conventions.error('form-malformed', exchange);
    return await store(call, conventions, form, key, headers, permission);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return conventions.error('body-too-large', exchange);
    if (!(error instanceof MalformedFormError)) throw error;
    const problem = conventions.error('form-malformed', exchange);
    return { ...problem, message: `${problem.message} (${error.message})` };
  } finally {
    form?.close();
  }
}

async function store(
  call: DataCall,
  conventions: ObjectConventions,
  form: UploadForm,
  key: string,
  rawHeaders: readonly string[],
  { lengthRange }: PostPolicy,
): Promise<PostedObject | ServiceError> {
  const { exchange, services } = call;
  const limitBytes = Math.min(lengthRange?.max ?? Number.POSITIVE_INFINITY, conventions.largestBodyBytes);
  const formExchange = { ...exchange, request: { ...exchange.request, rawHeaders } };
  const problem = attributeProblem(formExchange, conventions);
  if (problem) return problem;
  const { crc, stream } = withCrc64(form.file, limitBytes);
  const staged = await services.objects.stage(stream);
  if (staged.sizeBytes < (lengthRange?.min ?? 0)) {
    await services.objects.discard(staged);
    return conventions.error('body-too-small', exchange);
  }
  const attributes = sentAttributes(formExchange, conventions, formatCrc64(crc), undefined);
  const result = await services.objects.commit(exchange.location.tenant ?? '', key, staged, attributes);
  if (result.kind !== 'committed') return conventions.error('bucket-absent', exchange);
  return { object: result.object, form };
}

const REPRESENTATION_FIELDS = new Set(REPRESENTATION_HEADERS.map(name => name.toLowerCase()));

/**
 * Fields stand for the headers of an upload; undefined when one that is kept with the object has a character that no header
 * can have.
 */
function headersOfForm(
  { fields, fileType }: UploadForm,
  { metadataPrefix }: ObjectConventions,
): readonly string[] | undefined {
  const headers: string[] = [];
  for (const [name, text] of new Map([['content-type', fileType], ...fields])) {
    const value = isToken(name) ? asHeaderValue(text) : undefined;
    if (value !== undefined) headers.push(name, value);
    else if (name.startsWith(metadataPrefix) || REPRESENTATION_FIELDS.has(name)) return undefined;
  }
  return headers;
}
