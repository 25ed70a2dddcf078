import type { DataApi, DataServices } from '../dialect.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import type { DataOperation } from '../objects/data-call.ts';
import { openObjectDataApi } from '../objects/open-data-api.ts';
import { isBucketName } from './bucket-name.ts';
import {
  bucketStatistics,
  createBucket,
  deleteBucket,
  headBucket,
  listBuckets,
} from './bucket-operations.ts';
import { qingstorConventions } from './conventions.ts';
import { deleteObjects } from './delete-objects.ts';
import { qingstorError } from './errors.ts';
import { listObjects } from './list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart-operations.ts';
import { deleteQingstorObject, getQingstorObject, putQingstorObject } from './object-operations.ts';
import { postQingstorObject } from './post-object.ts';
import { qingstorErrorReply } from './responses.ts';

/** Buckets and objects of the embedded store, as the API reference has them. */
export function openQingstorDataApi(services: DataServices): DataApi {
  return openObjectDataApi(services, qingstorConventions, route, qingstorErrorReply);
}

/** Sub-resources that name operations this service does not have. Any other parameter is passed over. */
const UNSUPPORTED_SUBRESOURCES = new Set([
  'acl',
  'append',
  'cname',
  'image',
  'lifecycle',
  'logging',
  'mirror',
  'notification',
  'policy',
  'position',
  'replication',
  'versioning',
  'versions',
  'version_id',
]);

function route(exchange: Exchange): DataOperation | ServiceError {
  const { location, request } = exchange;
  const names = location.parameters.map(([name]) => name);
  if (location.tenant !== undefined && !isBucketName(location.tenant)) {
    const isCreation = request.method === 'PUT' && location.resource === '';
    return qingstorError(isCreation ? 'invalid_bucket_name' : 'bucket_not_exists');
  }
  // A path that begins with two slashes: whoever sends it means an object, of a bucket without a name.
  if (location.tenant === undefined && location.resource !== '') return qingstorError('bucket_not_exists');
  const unsupported = names.find(name => UNSUPPORTED_SUBRESOURCES.has(name));
  if (unsupported) return qingstorError('invalid_request', `?${unsupported} is not implemented here.`);
  const table = tableOf(exchange, names);
  return (
    (Object.hasOwn(table, request.method) && table[request.method]) || qingstorError('method_not_allowed')
  );
}

type OperationTable = Readonly<Record<string, DataOperation>>;

function tableOf({ location }: Exchange, names: readonly string[]): OperationTable {
  if (location.tenant === undefined) return SERVICE;
  if (location.resource === '') {
    if (names.includes('delete')) return DELETE_MULTIPLE;
    if (names.includes('stats')) return STATISTICS;
    return names.includes('uploads') ? UPLOADS_OF_BUCKET : BUCKET;
  }
  if (names.includes('uploads')) return NEW_UPLOAD;
  return names.includes('upload_id') ? UPLOAD : OBJECT;
}

const SERVICE: OperationTable = { GET: listBuckets };

const BUCKET: OperationTable = {
  GET: listObjects,
  HEAD: headBucket,
  PUT: createBucket,
  DELETE: deleteBucket,
  POST: postQingstorObject,
};

const DELETE_MULTIPLE: OperationTable = { POST: deleteObjects };

const STATISTICS: OperationTable = { GET: bucketStatistics };

const UPLOADS_OF_BUCKET: OperationTable = { GET: listMultipartUploads };

const OBJECT: OperationTable = {
  GET: getQingstorObject,
  HEAD: getQingstorObject,
  PUT: putQingstorObject,
  DELETE: deleteQingstorObject,
};

const NEW_UPLOAD: OperationTable = { POST: initiateMultipartUpload };

const UPLOAD: OperationTable = {
  GET: listParts,
  PUT: uploadPart,
  POST: completeMultipartUpload,
  DELETE: abortMultipartUpload,
};
