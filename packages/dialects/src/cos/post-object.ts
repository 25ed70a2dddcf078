import { createHash } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import type { ServiceError } from '../exchange.ts';
import { signedBy, verifiedCredential } from '../held-credential.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { postObject } from '../objects/post-object.ts';
import { checkPostPolicy, type PostPolicy } from '../objects/post-policy.ts';
import { etagOf, storedHeaders } from '../objects/put-object.ts';
import type { UploadForm } from '../objects/read-form.ts';
import { isTokenOf, SECURITY_TOKEN } from './authorization.ts';
import { cosConventions } from './conventions.ts';
import { writeCosDocument } from './document.ts';
import { cosError } from './errors.ts';
import { EMPTY, xmlReply } from './responses.ts';
import { cosSignature, cosSignKey, urlEncode } from './signature.ts';

/** POST Object: the upload of an HTML form. */
export async function postCosObject(call: DataCall): Promise<DataResult> {
  const posted = await postObject(call, cosConventions, form => permit(call, form));
  if (isError(posted)) return posted;
  const { object, form } = posted;
  const { authority, tenant = '' } = call.exchange.location;
  const base = call.exchange.location.pathStyle ? `${authority}/${tenant}` : authority;
  const scheme = call.exchange.isSecure ? 'https' : 'http';
  const location = `${scheme}://${base}/${object.key.split('/').map(urlEncode).join('/')}`;
  const redirect = redirectTarget(form, tenant, object.key, etagOf(object));
  const headers = [...storedHeaders(object, cosConventions)];
  if (redirect) return { status: 303, headers: [...EMPTY, ['Location', redirect], ...headers] };
  const status = form.fields.get('success_action_status') ?? '204';
  headers.push(['Location', location]);
  if (status === '200') return { status: 200, headers: [...EMPTY, ...headers] };
  if (status !== '201') return { status: 204, headers };
  const document = writeCosDocument([
    'PostResponse',
    [
      ['Location', location],
      ['Bucket', tenant],
      ['Key', object.key],
      ['ETag', etagOf(object)],
    ],
  ]);
  return xmlReply(201, document, headers);
}

/** A form is signed by its policy. One without needs a bucket that everybody may write, or a signed request. */
function permit(call: DataCall, form: UploadForm): PostPolicy | ServiceError {
  const { exchange, credentials } = call;
  const { fields } = form;
  const encoded = fields.get('policy');
  const keyId = fields.get('q-ak');
  if (encoded === undefined && keyId === undefined) {
    const bucket = calledBucket(call, cosConventions, 'write');
    return isError(bucket) ? bucket : { lengthRange: undefined };
  }
  const candidates = credentials.find(keyId ?? '');
  if (candidates.length === 0) return cosError('InvalidAccessKeyId');
  const policy = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const keyTime = fields.get('q-key-time') ?? '';
  const digest = createHash('sha1').update(policy).digest('hex');
  const signers = candidates.filter(({ secret }) =>
    equalInConstantTime(cosSignature(cosSignKey(secret, keyTime), digest), fields.get('q-signature') ?? ''),
  );
  if (signers.length === 0) return cosError('SignatureDoesNotMatch', undefined, [['StringToSign', digest]]);
  const token = fields.get(SECURITY_TOKEN);
  const credential = verifiedCredential(signers, candidate => isTokenOf(candidate, token));
  if (!credential) return cosError('ExpiredToken');
  const [start = Number.NaN, end = Number.NaN] = keyTime.split(';').map(Number);
  const now = exchange.receivedAt / 1000;
  if (!(now >= start - 15 * 60 && now <= end)) return cosError('AccessDenied', 'Request has expired');
  const problem = call.roleProblem(signedBy(credential));
  if (problem) return problem;
  const { tenant = '' } = exchange.location;
  const result = checkPostPolicy(policy, new Map([...fields, ['bucket', tenant]]), exchange.receivedAt);
  return result.kind === 'holds' ? result.policy : cosError('AccessDenied', result.message);
}

/** `success_action_redirect` with what was stored, when it is a URL. */
function redirectTarget(form: UploadForm, bucket: string, key: string, etag: string): string | undefined {
  const asked = form.fields.get('success_action_redirect');
  if (!asked || !URL.canParse(asked)) return undefined;
  const url = new URL(asked);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.searchParams.set('bucket', bucket);
  url.searchParams.set('key', key);
  url.searchParams.set('etag', etag);
  return url.href;
}
