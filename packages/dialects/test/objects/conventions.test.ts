import { describe, expect, it } from 'vitest';
import { cosConventions } from '../../src/cos/conventions.ts';
import { isKey, type ObjectProblem, storageClassOf } from '../../src/objects/conventions.ts';
import { qingstorConventions } from '../../src/qingstor/conventions.ts';
import { exchangeOf as cosExchange } from '../cos/cos-exchange.ts';
import { exchangeOf as qingstorExchange } from '../qingstor/qingstor-exchange.ts';

/** What each service answers. */
const problems = {
  anonymous: ['403 AccessDenied', '403 permission_denied'],
  'bucket-absent': ['404 NoSuchBucket', '404 bucket_not_exists'],
  'object-absent': ['404 NoSuchKey', '404 object_not_exists'],
  'key-length': ['400 KeyTooLong', '400 invalid_object_name'],
  'length-missing': ['411 MissingContentLength', '400 invalid_request'],
  'body-too-large': ['400 EntityTooLarge', '400 entity_too_large'],
  'body-too-small': ['400 EntityTooSmall', '400 entity_too_small'],
  'digest-malformed': ['400 InvalidDigest', '400 invalid_argument'],
  'digest-mismatch': ['400 BadDigest', '400 bad_digest'],
  'precondition-failed': ['412 PreconditionFailed', '412 precondition_failed'],
  'range-unsatisfiable': ['416 InvalidRange', '416 invalid_range'],
  'override-malformed': ['400 InvalidArgument', '400 invalid_argument'],
  'upload-absent': ['404 NoSuchUpload', '400 upload_not_exists'],
  'part-absent': ['400 InvalidPart', '400 invalid_argument'],
  'part-order': ['400 InvalidPartOrder', '400 invalid_argument'],
  'part-too-small': ['400 EntityTooSmall', '400 entity_too_small'],
  'form-malformed': ['400 MalformedPOSTRequest', '400 invalid_request'],
  'storage-class-malformed': ['400 InvalidArgument', '400 invalid_argument'],
  'metadata-too-large': ['400 MetadataTooLarge', '400 metadata_too_large'],
} as const satisfies Readonly<Record<ObjectProblem, readonly [string, string]>>;

function isProblem(name: string): name is ObjectProblem {
  return Object.hasOwn(problems, name);
}

const names = Object.keys(problems).filter(isProblem);

const services = [
  { name: 'COS', conventions: cosConventions, longestKey: 850 },
  { name: 'QingStor', conventions: qingstorConventions, longestKey: 1023 },
];

describe('cosConventions', () => {
  it.each(names)('has a code for %s', problem => {
    const { status, code, message } = cosConventions.error(problem, cosExchange({}));
    expect(`${status} ${code}`).toBe(problems[problem][0]);
    expect(message).toMatch(/\S \S/);
  });
});

describe('qingstorConventions', () => {
  it.each(names)('has a code for %s', problem => {
    const { status, code, message } = qingstorConventions.error(problem, qingstorExchange({}));
    expect(`${status} ${code}`).toBe(problems[problem][1]);
    expect(message).toMatch(/^[A-Z].* .*\.$/);
  });
});

describe('isKey', () => {
  it.each(services)(
    'takes 1 to $longestKey bytes of $name, and no lone surrogate',
    ({ conventions, longestKey }) => {
      for (const key of ['a', '/', '..', ' ', '\u{1f600}', 'x'.repeat(longestKey)]) {
        expect(isKey(key, conventions)).toBe(true);
      }
      const long = `${'中'.repeat(Math.floor(longestKey / 3))}xyz`;
      for (const key of ['', 'x'.repeat(longestKey + 1), long, 'a\ud800', '\udc00\ud800']) {
        expect(isKey(key, conventions)).toBe(false);
      }
    },
  );
});

describe('storageClassOf', () => {
  it.each(services)('is that of the header of $name, or the standard one', ({ conventions }) => {
    expect(storageClassOf([], conventions)).toBe('STANDARD');
    expect(storageClassOf([[conventions.storageClass.header, 'STANDARD_IA']], conventions)).toBe(
      'STANDARD_IA',
    );
  });
});
