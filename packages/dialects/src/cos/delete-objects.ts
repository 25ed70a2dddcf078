import { formatDiagnostic } from '@crossgate/core';
import { bodyDigestProblem } from '../body-digest.ts';
import type { ServiceError } from '../exchange.ts';
import { isKey } from '../objects/conventions.ts';
import { calledBucket, type DataCall, type DataResult, isError } from '../objects/data-call.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';
import { writeXml, type XmlNode } from '../xml/write-xml.ts';
import { cosConventions } from './conventions.ts';
import { cosError } from './errors.ts';
import { xmlReply } from './responses.ts';

const MOST_OBJECTS = 1000;
/** A thousand keys of 850 bytes, each byte written as a character reference, and the elements around them. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** DELETE Multiple Objects */
export async function deleteObjects(call: DataCall): Promise<DataResult> {
  const { exchange, body, services } = call;
  const { tenant = '' } = exchange.location;
  const bucket = calledBucket(call, cosConventions, 'write');
  if (isError(bucket)) return bucket;
  const bytes = await body.read(BODY_LIMIT_BYTES);
  if (bytes === 'too-large') return cosError('EntityTooLarge');
  const digest = bodyDigestProblem(exchange, bytes);
  if (digest) return cosConventions.error(digest, exchange);
  const request = readDeletion(bytes);
  if (isError(request)) return request;
  const deleted: XmlNode[] = [];
  const failures: XmlNode[] = [];
  for (const { key, versioned } of request.objects) {
    if (versioned) {
      failures.push(failed(key, cosError('NotImplemented', 'Versions are not implemented here.')));
    } else if (isKey(key, cosConventions)) {
      await services.objects.deleteObject(tenant, key);
      if (!request.quiet) deleted.push(['Deleted', [['Key', key]]]);
    } else {
      failures.push(failed(key, cosError('KeyTooLong')));
    }
  }
  return xmlReply(200, writeXml([['DeleteResult', [...deleted, ...failures]]]));
}

/** One key can fail while the others are deleted. */
function failed(key: string, { code, message }: ServiceError): XmlNode {
  return [
    'Error',
    [
      ['Key', key],
      ['Code', code],
      ['Message', message],
    ],
  ];
}

interface ObjectToDelete {
  readonly key: string;
  /** Whether a version is named. */
  readonly versioned: boolean;
}

interface Deletion {
  readonly quiet: boolean;
  readonly objects: readonly ObjectToDelete[];
}

function readDeletion(bytes: Uint8Array): Deletion | ServiceError {
  const xml = readXml(bytes);
  if (xml.kind === 'diagnostic') return cosError('MalformedXML', formatDiagnostic(xml.diagnostic));
  const { root } = xml;
  if (root.name !== 'Delete') return unexpected(root, 'Delete');
  const objects: ObjectToDelete[] = [];
  let quiet = false;
  for (const element of root.children) {
    if (element.name === 'Quiet') {
      quiet = element.text.toLowerCase() === 'true';
    } else if (element.name === 'Object') {
      const key = element.children.find(child => child.name === 'Key');
      if (!key?.rawText) return unexpected(element, 'an Object with a Key');
      const version = element.children.find(child => child.name === 'VersionId')?.text ?? '';
      objects.push({ key: key.rawText, versioned: version !== '' && version !== 'null' });
    } else {
      return unexpected(element, 'Quiet or Object');
    }
  }
  if (objects.length === 0) return unexpected(root, 'at least one Object');
  if (objects.length > MOST_OBJECTS) {
    return cosError(
      'MalformedXML',
      `There are ${objects.length} objects, ${MOST_OBJECTS} is the limit of one request.`,
    );
  }
  return { quiet, objects };
}

function unexpected(element: XmlElement, expected: string): ServiceError {
  const { line, column } = element.position;
  return cosError(
    'MalformedXML',
    `line ${line}, column ${column}: found ${element.name}, expected ${expected}`,
  );
}
