import type { Exchange, ServiceError } from '../exchange.ts';
import { headerValue } from '../headers.ts';
import type { CopySource } from '../objects/copy-object.ts';
import { percentDecode } from '../request-target.ts';
import { isBucketName } from './bucket-name.ts';
import { cosError } from './errors.ts';
import { bucketOfHost } from './routes.ts';

/** `x-cos-copy-source`: the host of the source bucket and the key, percent-encoded; undefined when there is none. */
export function readCopySource(exchange: Exchange): CopySource | ServiceError | undefined {
  const sent = headerValue(exchange.request, 'x-cos-copy-source');
  if (sent === undefined) return undefined;
  const [, host = '', rawKey = ''] = /^\/?([^/]+)\/(.+)$/s.exec(sent) ?? [];
  // Where buckets are in the path, the SDK names the source the same way: host, bucket, key.
  const inHost = bucketOfHost(host);
  const slash = rawKey.indexOf('/');
  const inPath = inHost === undefined && slash > 0;
  const bucket = inPath ? rawKey.slice(0, slash) : (inHost ?? '');
  const [path, query = ''] = (inPath ? rawKey.slice(slash + 1) : rawKey).split('?', 2);
  const key = percentDecode(path ?? '');
  if (!isBucketName(bucket) || !key) {
    const message = 'The x-cos-copy-source must be <bucket host>/<key>, the key percent-encoded.';
    return cosError('InvalidArgument', message);
  }
  if (query !== '') return cosError('NotImplemented', 'Versions are not implemented here.');
  return { bucket, key };
}
