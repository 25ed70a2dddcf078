import type { DataApi, DataServices } from '../dialect.ts';
import type { Exchange, ServiceError } from '../exchange.ts';
import type { DataOperation } from '../objects/data-call.ts';
import { openObjectDataApi } from '../objects/open-data-api.ts';
import { isBucketName } from './bucket-name.ts';
import { createBucket, deleteBucket, headBucket, listBuckets } from './bucket-operations.ts';
import { cosConventions } from './conventions.ts';
import { deleteObjects } from './delete-objects.ts';
import { cosError } from './errors.ts';
import { listObjects } from './list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart-operations.ts';
import { deleteCosObject, getCosObject, putCosObject } from './object-operations.ts';
import { postCosObject } from './post-object.ts';
import { cosErrorReply } from './responses.ts';

/** Buckets and objects of the embedded store, as the API reference has them. */
export function openCosDataApi(services: DataServices): DataApi {
  return openObjectDataApi(services, cosConventions, route, cosErrorReply);
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
    'policy',
    'referer',
    'rename',
    'replication',
    'restore',
    'retention',
    'select',
    'tagging',
    'versionId',
    'versioning',
    'versions',
    'watermark',
    'website',
  ].map(name => name.toLowerCase()),
);

function route(exchange: Exchange): DataOperation | ServiceError {
  const { location, request } = exchange;
  if (location.tenant !== undefined && !isBucketName(location.tenant)) {
    const isCreation = request.method === 'PUT' && location.resource === '';
    return cosError(isCreation ? 'InvalidBucketName' : 'NoSuchBucket');
  }
  // A path that begins with two slashes: whoever sends it means an object, of a bucket without a name.
  if (location.tenant === undefined && location.resource !== '') return cosError('NoSuchBucket');
  // Image operations are written with their arguments in the name: `imageMogr2/thumbnail/!50p`.
  const names = location.parameters.map(([name]) => name.toLowerCase().split('/')[0] ?? '');
  if (names.some(name => UNSUPPORTED_SUBRESOURCES.has(name))) return cosError('NotImplemented');
  const table = tableOf(exchange, names);
  return (Object.hasOwn(table, request.method) && table[request.method]) || cosError('MethodNotAllowed');
}

function tableOf({ location }: Exchange, names: readonly string[]): OperationTable {
  if (location.tenant === undefined) return SERVICE;
  if (location.resource === '') {
    if (names.includes('delete')) return DELETE_MULTIPLE;
    return names.includes('uploads') ? UPLOADS_OF_BUCKET : BUCKET;
  }
  if (names.includes('uploads')) return NEW_UPLOAD;
  return names.includes('uploadid') ? UPLOAD : OBJECT;
}

type OperationTable = Readonly<Record<string, DataOperation>>;

const SERVICE: OperationTable = { GET: listBuckets };

const BUCKET: OperationTable = {
  GET: listObjects,
  HEAD: headBucket,
  PUT: createBucket,
  DELETE: deleteBucket,
  POST: postCosObject,
};

const DELETE_MULTIPLE: OperationTable = { POST: deleteObjects };

const UPLOADS_OF_BUCKET: OperationTable = { GET: listMultipartUploads };

const OBJECT: OperationTable = {
  GET: getCosObject,
  HEAD: getCosObject,
  PUT: putCosObject,
  DELETE: deleteCosObject,
};

const NEW_UPLOAD: OperationTable = { POST: initiateMultipartUpload };

const UPLOAD: OperationTable = {
  GET: listParts,
  PUT: uploadPart,
  POST: completeMultipartUpload,
  DELETE: abortMultipartUpload,
};
