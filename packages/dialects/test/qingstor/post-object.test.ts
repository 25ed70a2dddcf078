import { createHmac } from 'node:crypto';
import type { Acl } from '@crossgate/object-store';
import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import {
  type Answer,
  type DataService,
  FORM_TYPE,
  formOf,
  KEY,
  md5,
  NOW,
  newDataService,
} from '../data-service.ts';

const BUCKET = 'mybucket';
const SOON = new Date(NOW + 1000).toISOString();

async function newService(acl: Acl = 'private'): Promise<DataService> {
  const service = await newDataService(qingstorDialect);
  await service.createBucket(BUCKET, acl);
  return service;
}

interface SignatureFields extends Record<string, string> {
  readonly policy: string;
  readonly access_key_id: string;
  readonly signature: string;
}

/** The fields by which a form is signed. */
function signed(conditions: readonly unknown[], expiration = SOON): SignatureFields {
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const signature = createHmac('sha256', KEY.secret).update(policy).digest('base64');
  return { policy, access_key_id: KEY.id, signature };
}

function post({ send }: DataService, body: string, type: string = FORM_TYPE): Promise<Answer> {
  return send({
    method: 'POST',
    target: `/${BUCKET}`,
    headers: { 'Content-Type': type },
    body,
    as: 'anonymous',
  });
}

const any = signed([]);

interface RefusedCase {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
  readonly message: RegExp;
}

const FORGED = { status: 401, code: 'signature_not_matched', message: /not that of its policy/ };
const VIOLATED = { status: 400, code: 'form_policy_violated' };

const refused: readonly RefusedCase[] = [
  { name: 'nobody', fields: { key: 'k' }, status: 403, code: 'permission_denied', message: /anonymous/ },
  {
    name: 'an unknown key',
    fields: { key: 'k', ...any, access_key_id: 'OTHER' },
    status: 401,
    code: 'invalid_access_key_id',
    message: /does not exist/,
  },
  {
    name: 'a policy without a key',
    fields: { key: 'k', policy: any.policy },
    status: 401,
    code: 'invalid_access_key_id',
    message: /does not exist/,
  },
  { name: 'a key without a policy', fields: { key: 'k', access_key_id: KEY.id }, ...FORGED },
  { name: 'a forged signature', fields: { key: 'k', ...any, signature: 'x' }, ...FORGED },
  { name: 'no signature', fields: { key: 'k', ...any, signature: '' }, ...FORGED },
  {
    name: 'another policy',
    fields: { key: 'k', ...any, policy: signed([{ key: 'k' }]).policy },
    ...FORGED,
  },
  {
    name: 'another key than the policy says',
    fields: { key: 'k', ...signed([{ key: 'other' }]) },
    ...VIOLATED,
    message: /the field key/,
  },
  {
    name: 'another bucket than the policy says',
    fields: { key: 'k', ...signed([{ bucket: 'other' }]) },
    ...VIOLATED,
    message: /the field bucket/,
  },
  {
    name: "a bucket of the form's own",
    fields: { key: 'k', bucket: 'other', ...signed([{ bucket: 'other' }]) },
    ...VIOLATED,
    message: /the field bucket/,
  },
  {
    name: 'a policy that has expired',
    fields: { key: 'k', ...signed([], new Date(NOW - 1).toISOString()) },
    ...VIOLATED,
    message: /expired/,
  },
  {
    name: 'a condition that is not understood',
    fields: { key: 'k', ...signed([['like', '$key', 'k']]) },
    ...VIOLATED,
    message: /not understood/,
  },
  {
    name: 'a file that is too large for its policy',
    fields: { key: 'k', ...signed([['content-length-range', 0, 4]]) },
    status: 400,
    code: 'entity_too_large',
    message: /larger/,
  },
  {
    name: 'a file that is too small for its policy',
    fields: { key: 'k', ...signed([['content-length-range', 6, 10]]) },
    status: 400,
    code: 'entity_too_small',
    message: /The file is smaller than the policy/,
  },
  { name: 'no key', fields: any, status: 400, code: 'invalid_object_name', message: /1 to 1023 bytes/ },
  {
    name: 'a key that is too long',
    fields: { key: 'x'.repeat(1024), ...any },
    status: 400,
    code: 'invalid_object_name',
    message: /1 to 1023 bytes/,
  },
  {
    name: 'metadata with a line break',
    fields: { key: 'k', 'x-qs-meta-a': 'a\nb', ...any },
    status: 400,
    code: 'invalid_request',
    message: /multipart\/form-data/,
  },
  {
    name: 'metadata of a name that no header has',
    fields: { key: 'k', 'x-qs-meta-a b': 'x', ...any },
    status: 400,
    code: 'invalid_request',
    message: /multipart\/form-data/,
  },
];

describe('POST Object', () => {
  it('stores the file with what the fields say', async () => {
    const service = await newService();
    const conditions = [
      ['starts-with', '$Key', 'photos/'],
      { bucket: BUCKET },
      ['content-length-range', 1, 5],
      ['eq', '$x-qs-meta-a', '中'],
    ];
    const fields = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
      KEY: 'photos/${filename}',
      'X-QS-Meta-A': '中',
      'x-qs-storage-class': 'STANDARD_IA',
      ...signed(conditions),
    };
    const { status, headers, text } = await post(service, formOf(fields, 'hello', '猫.css'));
    expect([status, headers.get('etag'), text]).toEqual([201, `"${md5('hello')}"`, '']);
    const object = await service.send({ target: `/${BUCKET}/photos/${encodeURIComponent('猫.css')}` });
    expect(object.text).toBe('hello');
    expect(Object.fromEntries(object.headers)).toMatchObject({
      'content-type': 'text/css',
      'x-qs-storage-class': 'STANDARD_IA',
      'x-qs-meta-a': Buffer.from('中').toString('latin1'),
    });
  });

  it('takes the type of the form over that of its file', async () => {
    const service = await newService();
    await post(service, formOf({ key: 'k', 'Content-Type': 'image/png', ...any }, 'x'));
    const { headers } = await service.send({ target: `/${BUCKET}/k` });
    expect(headers.get('content-type')).toBe('image/png');
  });

  it.each(refused)('refuses $name, and stores nothing', async ({ fields, status, code, message }) => {
    const service = await newService();
    await service.put(BUCKET, 'k', 'before');
    const answer = await post(service, formOf(fields, 'hello'));
    expect(answer).toMatchObject({ status, code });
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(message);
    expect([service.keys(BUCKET), await service.content(BUCKET, 'k')]).toEqual([['k'], 'before']);
  });

  it('never stores a file that was cut short', async () => {
    const service = await newService();
    const form = formOf({ key: 'k', ...any }, 'hello');
    for (let cut = 3; cut < 40; cut += 1) {
      const answer = await post(service, form.slice(0, -cut));
      expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    expect(service.keys(BUCKET)).toEqual([]);
  });

  it('does not count what stands behind the file', async () => {
    const service = await newService();
    const behind = '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nother\r\n--b--\r\n';
    await post(service, formOf({ key: 'k', ...any }, 'x').replace('--b--\r\n', behind));
    expect(service.keys(BUCKET)).toEqual(['k']);
  });

  it.each(['', 'text/plain', 'multipart/form-data'])('refuses the media type "%s"', async type => {
    const service = await newService('public-read-write');
    expect(await post(service, formOf({ key: 'k' }, 'x'), type)).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });

  it('needs no policy where everybody may write', async () => {
    const service = await newService('public-read-write');
    expect(await post(service, formOf({ key: 'k' }, 'x'))).toMatchObject({ status: 201 });
    expect(await post(service, formOf({ key: 'l', ...any, signature: 'x' }, 'x'))).toMatchObject({
      code: FORGED.code,
    });
  });

  it('redirects with the outcome, beside what the URL has', async () => {
    const service = await newService();
    const fields = { key: 'k', redirect: 'https://a.com/done?x=%26&status=0#top', ...any };
    const { status, headers } = await post(service, formOf(fields, 'x'));
    expect(status).toBe(302);
    expect(headers.get('location')).toBe(
      'https://a.com/done?x=%26&status=201&code=created&message=Object+created&request_id=request-id#top',
    );
  });

  it.each(['', '/done', 'javascript:alert(1)', 'data:text/html,x'])(
    'does not redirect to "%s"',
    async redirect => {
      const service = await newService();
      const { status, headers } = await post(service, formOf({ key: 'k', redirect, ...any }, 'x'));
      expect([status, headers.get('location')]).toEqual([201, undefined]);
    },
  );
});
