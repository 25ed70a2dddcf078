/** The real `cos-nodejs-sdk-v5`, pointed at a local server. */
import COS from 'cos-nodejs-sdk-v5';
import { REGION } from './cos-http.ts';
import { LOCAL_KEY } from './sign-cos.ts';

/** How the SDK finds the server: each sends another form of request. */
export type Addressing = 'host' | 'path' | 'proxy';

const ADDRESSING: Readonly<Record<Addressing, (address: string) => COS.COSOptions>> = {
  /** The bucket is in `Host`, which is that of the real service. */
  host: address => ({ Ip: address }),
  /** The bucket is the first segment of the path. */
  path: address => ({ Domain: `${address}/{Bucket}` }),
  /** The target is in absolute form. */
  proxy: address => ({ Proxy: `http://${address}` }),
};

export function openCosSdk(
  address: string,
  addressing: Addressing = 'host',
  options: COS.COSOptions = {},
): COS {
  return new COS({
    SecretId: LOCAL_KEY.id,
    SecretKey: LOCAL_KEY.secret,
    Protocol: 'http:',
    KeepAlive: false,
    ...ADDRESSING[addressing](address),
    ...options,
  });
}

/** What a call with these parameters is about. */
export function of(bucket: string): { readonly Bucket: string; readonly Region: string } {
  return { Bucket: bucket, Region: REGION };
}

/** What users of the SDK see of a call that fails. */
export interface SdkError {
  readonly code: string;
  readonly message: string;
  readonly statusCode: number | undefined;
  readonly RequestId: string | undefined;
}

/** The error of a call that has to fail. */
export async function sdkError(call: Promise<unknown>): Promise<SdkError> {
  const error: unknown = await call.then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  const { code, message, statusCode, RequestId } = error as COS.CosSdkError;
  return { code, message, statusCode, RequestId };
}
