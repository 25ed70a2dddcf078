import { equalInConstantTime } from '../constant-time.ts';
import type { ServiceError } from '../exchange.ts';
import { signedBy, verifiedCredential } from '../held-credential.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { postObject } from '../objects/post-object.ts';
import { checkPostPolicy, type PostPolicy } from '../objects/post-policy.ts';
import { storedHeaders } from '../objects/put-object.ts';
import type { UploadForm } from '../objects/read-form.ts';
import { qingstorConventions } from './conventions.ts';
import { qingstorError } from './errors.ts';
import { emptyReply } from './responses.ts';
import { qingstorSignature } from './signature.ts';

/** POST Object: the upload of an HTML form. */
export async function postQingstorObject(call: DataCall): Promise<DataResult> {
  const posted = await postObject(call, qingstorConventions, form => permit(call, form));
  if (isError(posted)) return posted;
  const headers = storedHeaders(posted.object, qingstorConventions);
  const redirect = redirectTarget(posted.form, call.exchange.requestId);
  return redirect ? emptyReply(302, [['Location', redirect], ...headers]) : emptyReply(201, headers);
}

/** A form is signed by its policy. One without needs a bucket that everybody may write, or a signed request. */
function permit(call: DataCall, form: UploadForm): PostPolicy | ServiceError {
  const { exchange, credentials } = call;
  const { fields } = form;
  const policy = fields.get('policy');
  const keyId = fields.get('access_key_id');
  if (policy === undefined && keyId === undefined) {
    const bucket = calledBucket(call, qingstorConventions, 'write');
    return isError(bucket) ? bucket : { lengthRange: undefined };
  }
  const candidates = credentials.find(keyId ?? '');
  if (candidates.length === 0) return qingstorError('invalid_access_key_id');
  const credential = verifiedCredential(candidates, ({ secret }) =>
    equalInConstantTime(qingstorSignature(secret, policy ?? ''), fields.get('signature') ?? ''),
  );
  if (!credential) {
    return qingstorError('signature_not_matched', 'The signature of the form is not that of its policy.');
  }
  const problem = call.roleProblem(signedBy(credential));
  if (problem) return problem;
  const text = Buffer.from(policy ?? '', 'base64').toString('utf8');
  const all = new Map([...fields, ['bucket', exchange.location.tenant ?? '']]);
  const result = checkPostPolicy(text, all, exchange.receivedAt);
  return result.kind === 'holds' ? result.policy : qingstorError('form_policy_violated', result.message);
}

/** The field `redirect` with what became of the upload, when it is a URL. */
function redirectTarget(form: UploadForm, requestId: string): string | undefined {
  const asked = form.fields.get('redirect');
  if (!asked || !URL.canParse(asked)) return undefined;
  const url = new URL(asked);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const outcome = { status: '201', code: 'created', message: 'Object created', request_id: requestId };
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  return url.href;
}
