import { describe, expect, it } from 'vitest';
import { authorizeQingstor } from '../../src/qingstor/authorization.ts';
import { locateQingstor } from '../../src/qingstor/routes.ts';
import { qingstorSignature, qingstorStringToSign } from '../../src/qingstor/signature.ts';
import { held } from '../held-credentials.ts';

const SECRET = 'secret';
const EXPIRES = '2000000000';

/** The kind of authorization of a URL whose query was signed for another resource, or for this. */
function authorize(target: string, signedResource: string): string {
  const signature = qingstorSignature(
    SECRET,
    qingstorStringToSign({
      method: 'PUT',
      contentMd5: '',
      contentType: '',
      date: EXPIRES,
      headers: [],
      resource: signedResource,
    }),
  );
  const query = `access_key_id=me&expires=${EXPIRES}&signature=${encodeURIComponent(signature)}`;
  const request = {
    method: 'PUT',
    target: `${target}${target.includes('?') ? '&' : '?'}${query}`,
    rawHeaders: ['Host', '127.0.0.1'],
  };
  const exchange = { request, location: locateQingstor(request), requestId: '', receivedAt: 0 };
  return authorizeQingstor(exchange, held({ id: 'me', secret: SECRET })).kind;
}

const PART = '/mybucket/big?part_number=1&upload_id=U';

describe('authorizeQingstor', () => {
  it('takes the parameters that were signed', () => {
    expect(authorize(PART, PART)).toBe('signed');
  });

  it.each([
    '/mybucket/big?part_number=1%26upload_id%3DU',
    '/mybucket/big?part_number%3D1%26upload_id=U',
    '/mybucket/big?part_number=1%26upload_id=U',
    '/mybucket/big?response-expires=1%26upload_id%3DU',
  ])('does not take a value that reads as parameters of its own: %s', target => {
    const signed = target.includes('response') ? '/mybucket/big?response-expires=1&upload_id=U' : PART;
    expect(authorize(target, signed)).toBe('refused');
  });

  it('takes a response-* value signed as it reads', () => {
    const signed = '/mybucket/a?response-content-type=video/mp4; charset=utf8';
    expect(authorize('/mybucket/a?response-content-type=video%2Fmp4%3B%20charset%3Dutf8', signed)).toBe(
      'signed',
    );
  });
});
