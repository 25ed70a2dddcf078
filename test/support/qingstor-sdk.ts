/** The real `qingstor-sdk`, pointed at a local server. It comes without types; these are of what is used here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QINGSTOR_KEY } from './sign-qingstor.ts';

/** What a call resolves with, and what its error has as `response`: those of axios. */
export interface SdkResponse {
  readonly status: number;
  readonly headers: {
    readonly etag?: string;
    readonly 'content-type'?: string;
    readonly [name: string]: string | undefined;
  };
  /** JSON is parsed. */
  readonly data: unknown;
}

export type SdkOptions = Readonly<Record<string, unknown>>;

/** A request that is built and not signed yet. */
export interface SdkRequest {
  readonly operation: { readonly uri: string; readonly headers: Record<string, string> };
  readonly send: () => Promise<SdkResponse>;
  readonly signQuery: (secondsFromNow: number) => Promise<SdkRequest>;
}

type Call = (options?: SdkOptions) => Promise<SdkResponse>;
type ObjectCall = (key: string, options?: SdkOptions) => Promise<SdkResponse>;

export interface SdkBucket {
  optionsObjectValidate: () => void;
  readonly put: Call;
  readonly head: Call;
  readonly delete: Call;
  readonly getStatistics: Call;
  readonly listObjects: Call;
  readonly listMultipartUploads: Call;
  readonly deleteMultipleObjects: Call;
  readonly getACL: Call;
  readonly putCORS: Call;
  readonly getCORS: Call;
  readonly deleteCORS: Call;
  readonly putObject: ObjectCall;
  readonly getObject: ObjectCall;
  readonly headObject: ObjectCall;
  readonly deleteObject: ObjectCall;
  readonly optionsObject: ObjectCall;
  readonly initiateMultipartUpload: ObjectCall;
  readonly uploadMultipart: ObjectCall;
  readonly listMultipart: ObjectCall;
  readonly completeMultipartUpload: ObjectCall;
  readonly abortMultipartUpload: ObjectCall;
  readonly putObjectRequest: (key: string, options?: SdkOptions) => SdkRequest;
  readonly getObjectRequest: (key: string, options?: SdkOptions) => SdkRequest;
}

export interface QingstorSdk {
  readonly listBuckets: Call;
  readonly Bucket: (name: string, zone?: string) => SdkBucket;
}

/** The package, in Node or in a page. */
export interface SdkModule {
  readonly Config: new (settings: Readonly<Record<string, unknown>>) => object;
  readonly QingStor: new (config: object) => QingstorSdk;
}

/** `settings` are instead of those that point at the server with its local key. */
export function openQingstorSdk(
  address: string,
  settings: Readonly<Record<string, unknown>> = {},
): QingstorSdk {
  const { Config, QingStor } = createRequire(import.meta.url)('qingstor-sdk') as SdkModule;
  return withConfigFile(() => {
    const config = new Config({
      access_key_id: QINGSTOR_KEY.id,
      secret_access_key: QINGSTOR_KEY.secret,
      endpoint: `http://${address}`,
      ...settings,
    });
    return new QingStor(config);
  });
}

/** The SDK reads a file of the user's, and makes one where there is none. */
function withConfigFile<Result>(open: () => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-qingstor-sdk-'));
  const file = join(directory, 'config.yaml');
  writeFileSync(file, 'log_level: "error"\n');
  const environment: { QINGSTOR_CONFIG_PATH?: string } = process.env;
  const former = environment.QINGSTOR_CONFIG_PATH;
  environment.QINGSTOR_CONFIG_PATH = file;
  try {
    return open();
  } finally {
    if (former === undefined) delete environment.QINGSTOR_CONFIG_PATH;
    else environment.QINGSTOR_CONFIG_PATH = former;
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * `optionsObject` of a bucket. The published SDK refuses every call of it: its validator looks for names in capitals,
 * and the headers are kept in lower case.
 */
export function optionsObject(bucket: SdkBucket, key: string, options: SdkOptions): Promise<SdkResponse> {
  bucket.optionsObjectValidate = () => {};
  return bucket.optionsObject(key, options);
}

/** The answer of a call that has to fail. */
export async function failedCall(call: Promise<SdkResponse>): Promise<SdkResponse> {
  const reason: unknown = await call.then(
    () => new Error('the call did not fail'),
    (error: unknown) => error,
  );
  const { response } = reason as { readonly response?: SdkResponse };
  if (!response) throw reason;
  return response;
}
