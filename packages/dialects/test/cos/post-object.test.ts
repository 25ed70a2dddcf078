import { createHash, createHmac } from 'node:crypto';
import type { Acl } from '@crossgate/object-store';
import { describe, expect, it } from 'vitest';
import { cosDialect } from '../../src/cos/dialect.ts';
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

const BUCKET = 'examplebucket-1250000000';
const SECONDS = NOW / 1000;
const KEY_TIME = `${SECONDS - 10};${SECONDS + 10}`;

async function newService(acl: Acl = 'private'): Promise<DataService> {
  const service = await newDataService(cosDialect);
  await service.createBucket(BUCKET, acl);
  return service;
}

/** The fields by which a form is signed. */
function signed(
  conditions: readonly unknown[],
  keyTime = KEY_TIME,
  expiresAt = NOW + 1000,
): Record<string, string> {
  const policy = JSON.stringify({ expiration: new Date(expiresAt).toISOString(), conditions });
  const signKey = createHmac('sha1', KEY.secret).update(keyTime).digest('hex');
  const digest = createHash('sha1').update(policy).digest('hex');
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': KEY.id,
    'q-key-time': keyTime,
    'q-signature': createHmac('sha1', signKey).update(digest).digest('hex'),
  };
}

function post(
  { send }: DataService,
  fields: Readonly<Record<string, string>>,
  file = 'hello',
): Promise<Answer> {
  const headers = { 'Content-Type': FORM_TYPE };
  return send({ method: 'POST', target: `/${BUCKET}`, headers, body: formOf(fields, file), as: 'anonymous' });
}

const any = signed([]);

interface RefusedCase {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
}

const DENIED = { status: 403, code: 'AccessDenied' };

const refused: readonly RefusedCase[] = [
  { name: 'nobody', fields: { key: 'k' }, ...DENIED },
  {
    name: 'an unknown key',
    fields: { key: 'k', ...any, 'q-ak': 'x' },
    status: 403,
    code: 'InvalidAccessKeyId',
  },
  {
    name: 'a forged signature',
    fields: { key: 'k', ...any, 'q-signature': 'x' },
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
  {
    name: 'a key time that was made longer',
    fields: { key: 'k', ...any, 'q-key-time': '0;9999999999' },
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
  {
    name: 'a key time that is over',
    fields: { key: 'k', ...signed([], `${SECONDS - 10};${SECONDS - 1}`) },
    ...DENIED,
  },
  { name: 'a key time that is none', fields: { key: 'k', ...signed([], 'x') }, ...DENIED },
  { name: 'a policy that has expired', fields: { key: 'k', ...signed([], KEY_TIME, NOW - 1) }, ...DENIED },
  {
    name: 'another key than the policy says',
    fields: { key: 'k', ...signed([{ key: 'other' }]) },
    ...DENIED,
  },
  {
    name: 'another bucket than the policy says',
    fields: { key: 'k', bucket: 'b', ...signed([{ bucket: 'b' }]) },
    ...DENIED,
  },
  {
    name: 'a file that is too large for its policy',
    fields: { key: 'k', ...signed([['content-length-range', 0, 4]]) },
    status: 400,
    code: 'EntityTooLarge',
  },
  {
    name: 'a file that is too small for its policy',
    fields: { key: 'k', ...signed([['content-length-range', 6, 9]]) },
    status: 400,
    code: 'EntityTooSmall',
  },
  { name: 'no key', fields: any, status: 400, code: 'KeyTooLong' },
  {
    name: 'metadata with a line break',
    fields: { key: 'k', 'x-cos-meta-a': 'a\nb', ...any },
    status: 400,
    code: 'MalformedPOSTRequest',
  },
];

describe('POST Object', () => {
  it('stores the file with what the fields say', async () => {
    const service = await newService();
    const conditions = [
      ['starts-with', '$key', 'photos/'],
      { bucket: BUCKET },
      ['content-length-range', 1, 5],
    ];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
    const key = 'photos/${filename}';
    const { status, headers } = await post(service, { key, 'x-cos-meta-a': '1', ...signed(conditions) });
    expect([status, headers.get('etag')]).toEqual([204, `"${md5('hello')}"`]);
    expect(headers.get('location')).toBe(`http://127.0.0.1/${BUCKET}/photos/f.txt`);
    const object = await service.send({ target: `/${BUCKET}/photos/f.txt` });
    expect(object.text).toBe('hello');
    expect(Object.fromEntries(object.headers)).toMatchObject({
      'content-type': 'text/css',
      'x-cos-meta-a': '1',
    });
  });

  it.each(refused)('refuses $name, and stores nothing', async ({ fields, status, code }) => {
    const service = await newService();
    expect(await post(service, fields)).toMatchObject({ status, code });
    expect(service.keys(BUCKET)).toEqual([]);
  });

  it.each([
    { asked: '200', status: 200 },
    { asked: '204', status: 204 },
    { asked: '500', status: 204 },
  ])('answers $status when it is asked for $asked', async ({ asked, status }) => {
    const service = await newService('public-read-write');
    expect(await post(service, { key: 'k', success_action_status: asked })).toMatchObject({
      status,
      text: '',
    });
  });

  it('answers 201 with a document', async () => {
    const service = await newService('public-read-write');
    const { status, text } = await post(service, { key: 'a/中&', success_action_status: '201' });
    expect(status).toBe(201);
    expect(text).toContain(`<Location>http://127.0.0.1/${BUCKET}/a/%E4%B8%AD%26</Location>`);
    expect(text).toContain('<Key>a/中&amp;</Key>');
  });

  it('redirects with what was stored', async () => {
    const service = await newService('public-read-write');
    const fields = { key: 'k', success_action_redirect: 'https://a.com/done?x=1' };
    const { status, headers } = await post(service, fields);
    const etag = encodeURIComponent(`"${md5('hello')}"`);
    expect([status, headers.get('location')]).toEqual([
      303,
      `https://a.com/done?x=1&bucket=${BUCKET}&key=k&etag=${etag}`,
    ]);
  });

  it.each(['/done', 'javascript:alert(1)'])('does not redirect to "%s"', async redirect => {
    const service = await newService('public-read-write');
    expect(await post(service, { key: 'k', success_action_redirect: redirect })).toMatchObject({
      status: 204,
    });
  });
});
