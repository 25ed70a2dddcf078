import { cosAuthorization } from '../../test/support/sign-cos.ts';
import { ask, type RawRequest } from '../harness/raw-answer.ts';
import { insist } from '../harness/refusal.ts';

/** Longer than any run. */
const DAY_SECONDS = 24 * 60 * 60;

export function cosHostOf(bucket: string): string {
  return `${bucket}.cos.ap-guangzhou.myqcloud.com`;
}

/** The headers of a request of COS that is signed with the local key. */
export function signedForCos(
  bucket: string,
  method: string,
  target: string,
): Readonly<Record<string, string>> {
  const headers = { Host: cosHostOf(bucket) };
  const end = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  return { ...headers, Authorization: cosAuthorization({ method, target, headers }, { end }) };
}

/** @throws Refusal when the bucket cannot be made */
export async function makeBucket(port: number, bucket: string): Promise<void> {
  const headers = { ...signedForCos(bucket, 'PUT', '/'), 'Content-Length': '0' };
  const request: RawRequest = { method: 'PUT', path: '/', headers };
  const { status, body } = await ask(port, request);
  insist(status === 200, () => `the bucket ${bucket} was not made: ${status} ${body}`);
}
