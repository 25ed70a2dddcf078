import type { Authorization, DataApi, DataServices } from '../dialect.ts';
import type { Exchange, Reply, RequestBody } from '../exchange.ts';
import { isBucketName } from './bucket-name.ts';
import { createBucket, deleteBucket, headBucket, listBuckets } from './bucket-operations.ts';
import { deleteObjects } from './delete-objects.ts';
import { type CosErrorCode, cosError } from './errors.ts';
import { listObjects } from './list-objects.ts';
import { deleteObject, putObject, readObject } from './object-operations.ts';
import { cosErrorReply } from './responses.ts';

/** One call of the data API. */
export interface CosCall {
  readonly exchange: Exchange;
  readonly authorization: Authorization;
  readonly body: RequestBody;
  readonly services: DataServices;
}

type CosOperation = (call: CosCall) => Promise<Reply> | Reply;

/** Buckets and objects of the embedded store, as the API reference has them. */
export function openCosDataApi(services: DataServices): DataApi {
  return {
    tenantExists: tenant => services.objects.bucket(tenant) !== undefined,
    tenants: () => services.objects.buckets().map(bucket => bucket.name),
    handle: async (exchange, authorization, body) => {
      if (authorization.kind === 'refused') return cosErrorReply(exchange, authorization.error);
      const operation = route(exchange);
      if (typeof operation === 'string') return cosErrorReply(exchange, cosError(operation));
      return await operation({ exchange, authorization, body, services });
    },
  };
}

/** Sub-resources that name operations this service does not have. Any other parameter is passed over. */
const UNSUPPORTED_SUBRESOURCES = new Set(
  [
    'accelerate',
    'acl',
    'append',
    'ci-process',
    'domain',
    'encryption',
    'imageinfo',
    'imagemogr2',
    'imageview2',
    'intelligenttiering',
    'inventory',
    'legal-hold',
    'lifecycle',
    'location',
    'logging',
    'object-lock',
    'origin',
    'partNumber',
    'policy',
    'referer',
    'rename',
    'replication',
    'restore',
    'retention',
    'select',
    'tagging',
    'uploadId',
    'uploads',
    'versionId',
    'versioning',
    'versions',
    'watermark',
    'website',
  ].map(name => name.toLowerCase()),
);

function route(exchange: Exchange): CosOperation | CosErrorCode {
  const { location, request } = exchange;
  if (location.tenant !== undefined && !isBucketName(location.tenant)) {
    return request.method === 'PUT' && location.resource === '' ? 'InvalidBucketName' : 'NoSuchBucket';
  }
  // Image operations are written with their arguments in the name: `imageMogr2/thumbnail/!50p`.
  const names = location.parameters.map(([name]) => name.toLowerCase().split('/')[0] ?? '');
  if (names.some(name => UNSUPPORTED_SUBRESOURCES.has(name))) return 'NotImplemented';
  const table = location.tenant === undefined ? SERVICE : location.resource === '' ? BUCKET : OBJECT;
  if (request.method === 'POST') {
    if (table === BUCKET && names.includes('delete')) return deleteObjects;
    return table === SERVICE ? 'MethodNotAllowed' : 'NotImplemented';
  }
  return Object.hasOwn(table, request.method)
    ? (table[request.method] ?? 'MethodNotAllowed')
    : 'MethodNotAllowed';
}

const SERVICE: Readonly<Record<string, CosOperation>> = { GET: listBuckets };

const BUCKET: Readonly<Record<string, CosOperation>> = {
  GET: listObjects,
  HEAD: headBucket,
  PUT: createBucket,
  DELETE: deleteBucket,
};

const OBJECT: Readonly<Record<string, CosOperation>> = {
  GET: readObject,
  HEAD: readObject,
  PUT: putObject,
  DELETE: deleteObject,
};
