/** Keys that are easily spoilt on their way, through both services: what is put under one is found under it alone. */
import { createHash } from 'node:crypto';
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBucket, type SendToBucket } from '../support/cos-http.ts';
import { of, openCosSdk } from '../support/cos-sdk.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import {
  createQingstorBucket,
  putQingstorCors,
  type SendToQingstorBucket,
} from '../support/qingstor-http.ts';
import { openQingstorSdk, optionsObject, type SdkBucket } from '../support/qingstor-sdk.ts';
import { urlEncode } from '../support/sign-cos.ts';

const COS_BUCKET = 'keys-1250000000';
const QINGSTOR_BUCKET = 'keys-bucket';
const ORIGIN = 'https://page.example';

interface HardKey {
  readonly name: string;
  readonly key: string;
}

const KEYS: readonly HardKey[] = [
  { name: 'Chinese', key: '中文/文件.txt' },
  { name: 'Japanese and Korean', key: 'かな/한글' },
  { name: 'an emoji of several code points', key: '👩‍👩‍👧‍👦/😀.png' },
  { name: 'right to left', key: 'עברית/العربية' },
  { name: 'marks that turn the direction', key: 'a\u202eb\u200fc' },
  { name: 'a letter composed', key: '\u00e9' },
  { name: 'the same letter decomposed', key: 'e\u0301' },
  { name: 'quotes', key: `a"b'c\`d` },
  { name: 'a plus', key: 'a+b c' },
  { name: 'a percent sign', key: '100%' },
  { name: 'what looks escaped', key: 'a%2Fb%20c%zz' },
  { name: 'what looks escaped twice', key: '%25%32%35' },
  { name: 'what looks like a query', key: 'a?b=c&d#e' },
  { name: 'the sub-resources', key: '?cors&uploads' },
  { name: 'reserved characters', key: ':;,@&=$!*()[]{}|^~' },
  { name: 'what XML and JSON escape', key: '<a>&amp;]]>\\"/' },
  { name: 'a backslash', key: 'a\\b\\..\\c' },
  { name: 'two slashes', key: 'a//b' },
  { name: 'a slash at the beginning', key: '/a' },
  { name: 'two slashes at the beginning', key: '//a' },
  { name: 'slashes at the end', key: 'a/b//' },
  { name: 'one slash', key: '/' },
  { name: 'a dot as a directory', key: 'a/./b' },
  { name: 'a dot at the beginning', key: './a' },
  { name: 'a dot alone', key: '.' },
  { name: 'two dots as a directory', key: 'a/../b' },
  { name: 'two dots at the beginning', key: '../a' },
  { name: 'two dots alone', key: '..' },
  { name: 'a path out of anything', key: '../../../../etc/passwd' },
  { name: 'blanks around it', key: '  a  ' },
  { name: 'a blank alone', key: ' ' },
  { name: 'a no-break space', key: '\u00a0a\u3000' },
  { name: 'the name of the bucket', key: QINGSTOR_BUCKET },
  { name: 'a name of JavaScript', key: '__proto__' },
  { name: 'a digit', key: '0' },
  { name: 'the last code point', key: '\u{10ffff}' },
  { name: 'code points around the surrogates', key: '\ud7ff\ue000\ufffd' },
];

/** As many bytes as a service takes, in characters of three. */
function longest(bytes: number): HardKey {
  const key = '长'.repeat(Math.floor(bytes / 3)) + 'x'.repeat(bytes % 3);
  return { name: `${bytes} bytes`, key };
}

/** Every character that can be escaped is; SDKs that keep the slash send the same key. */
const escaped = (key: string): string => `/${urlEncode(key)}`;
const plain = (key: string): string => `/${key.split('/').map(urlEncode).join('/')}`;
const bodyOf = ({ name, key }: HardKey): string => `${name}: ${key}`;
const md5 = (text: string): string => `"${createHash('md5').update(text).digest('hex')}"`;
const byBytes = (keys: readonly string[]): string[] =>
  keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

let server: LocalServer;
let cos: SendToBucket;
let cosSdk: COS;
let qingstor: SendToQingstorBucket;
let qingstorSdk: SdkBucket;

beforeAll(async () => {
  server = await startLocalServer();
  cos = await createBucket(server.cos, COS_BUCKET);
  // By default it drops a leading slash, and does not read keys that look like the root of a path.
  cosSdk = openCosSdk(server.cos, 'host', { UseRawKey: true, ObjectKeySimplifyCheck: false });
  qingstor = await createQingstorBucket(server.qingstor, QINGSTOR_BUCKET);
  qingstorSdk = openQingstorSdk(server.qingstor).Bucket(QINGSTOR_BUCKET, '');
  const rule = `<AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>`;
  await cos({
    method: 'PUT',
    target: '/?cors',
    body: `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`,
  });
  await putQingstorCors(qingstor, { cors_rules: [{ allowed_origin: ORIGIN, allowed_methods: ['GET'] }] });
});

afterAll(() => server.stop());

/** One way to one service. */
interface Way {
  readonly name: string;
  readonly longestKey: number;
  readonly put: (key: string, body: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<string>;
  readonly delete: (key: string) => Promise<unknown>;
  readonly list: () => Promise<readonly string[]>;
  /** The origin that a preflight of the object lets in. */
  readonly allowedOrigin: (key: string) => Promise<unknown>;
}

type SendRaw = (request: {
  readonly method?: string;
  readonly target: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}) => Promise<{
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}>;

function rawWay(
  name: string,
  longestKey: number,
  send: SendRaw,
  target: (key: string) => string,
  list: Way['list'],
): Way {
  const ask: SendRaw = async request => {
    const response = await send(request);
    if (response.status >= 300) throw new Error(`${response.status}: ${response.text}`);
    return response;
  };
  return {
    name,
    longestKey,
    put: (key, body) => ask({ method: 'PUT', target: target(key), body }),
    get: async key => (await ask({ target: target(key) })).text,
    delete: key => ask({ method: 'DELETE', target: target(key) }),
    list,
    allowedOrigin: async key => {
      const headers = { Origin: ORIGIN, 'Access-Control-Request-Method': 'GET' };
      const response = await ask({ method: 'OPTIONS', target: target(key), headers });
      return response.headers['access-control-allow-origin'];
    },
  };
}

async function listCos(): Promise<readonly string[]> {
  const { text } = await cos({ target: '/?encoding-type=url' });
  return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => decodeURIComponent(key));
}

function keysOf(listing: unknown): readonly string[] {
  return (listing as { readonly keys: readonly { readonly key: string }[] }).keys.map(({ key }) => key);
}

const WAYS: readonly Way[] = [
  rawWay('COS', 850, request => cos(request), plain, listCos),
  rawWay('COS, every character escaped', 850, request => cos(request), escaped, listCos),
  {
    name: 'COS SDK',
    longestKey: 850,
    put: (Key, Body) => cosSdk.putObject({ ...of(COS_BUCKET), Key, Body }),
    get: async Key => String((await cosSdk.getObject({ ...of(COS_BUCKET), Key })).Body),
    delete: Key => cosSdk.deleteObject({ ...of(COS_BUCKET), Key }),
    list: async () => (await cosSdk.getBucket(of(COS_BUCKET))).Contents.map(({ Key }) => Key),
    allowedOrigin: async Key => {
      const preflight = { Origin: ORIGIN, AccessControlRequestMethod: 'GET' } as const;
      const result = await cosSdk.optionsObject({
        ...of(COS_BUCKET),
        Key,
        ...preflight,
        AccessControlRequestHeaders: '',
      });
      return result.AccessControlAllowOrigin;
    },
  },
  rawWay(
    'QingStor',
    1023,
    request => qingstor(request),
    plain,
    async () => keysOf((await qingstor({ target: '?limit=1000' })).json),
  ),
  rawWay(
    'QingStor, every character escaped',
    1023,
    request => qingstor(request),
    escaped,
    async () => keysOf((await qingstor({ target: '?limit=1000' })).json),
  ),
  {
    name: 'QingStor SDK',
    longestKey: 1023,
    put: (key, body) => qingstorSdk.putObject(key, { body }),
    get: async key => String((await qingstorSdk.getObject(key)).data),
    delete: key => qingstorSdk.deleteObject(key),
    list: async () => keysOf((await qingstorSdk.listObjects({ limit: 1000 })).data),
    allowedOrigin: async key => {
      const options = { Origin: ORIGIN, 'Access-Control-Request-Method': 'GET' };
      return (await optionsObject(qingstorSdk, key, options)).headers['access-control-allow-origin'];
    },
  },
];

describe.each(WAYS)('a key through $name', way => {
  const keys = [...KEYS, longest(way.longestKey)];

  it.each(keys)('has its object, is listed and gone again: $name', async hard => {
    const { key } = hard;
    await way.put(key, bodyOf(hard));
    expect(await way.get(key)).toBe(bodyOf(hard));
    expect(await way.list()).toEqual([key]);
    expect(await way.allowedOrigin(key)).toBe(ORIGIN);
    await way.delete(key);
    expect(await way.list()).toEqual([]);
    await expect(way.get(key)).rejects.toThrow();
  });

  it('is not mistaken for another', async () => {
    for (const hard of keys) await way.put(hard.key, bodyOf(hard));
    expect(await way.list()).toEqual(byBytes(keys.map(({ key }) => key)));
    for (const hard of keys) expect(await way.get(hard.key)).toBe(bodyOf(hard));
    for (const hard of keys) await way.delete(hard.key);
    expect(await way.list()).toEqual([]);
  });

  it('may not be a byte longer than the service takes', async () => {
    await expect(way.put(`${longest(way.longestKey).key}y`, 'x')).rejects.toThrow();
    expect(await way.list()).toEqual([]);
  });
});

describe('deleting many', () => {
  const keys = KEYS.map(({ key }) => key);

  it('of COS deletes each, and names each as it is', async () => {
    for (const key of keys) await cos({ method: 'PUT', target: plain(key), body: 'x' });
    const Objects = keys.map(Key => ({ Key }));
    const { Deleted } = await cosSdk.deleteMultipleObject({ ...of(COS_BUCKET), Objects });
    expect(Deleted.map(({ Key }) => Key)).toEqual(keys);
    expect(await listCos()).toEqual([]);
  });

  it('of QingStor deletes each, and names each as it is', async () => {
    for (const key of keys) await qingstor({ method: 'PUT', target: plain(key), body: 'x' });
    const { data } = await qingstorSdk.deleteMultipleObjects({ objects: keys.map(key => ({ key })) });
    expect(data).toEqual({ deleted: keys.map(key => ({ key })), errors: [] });
    expect(keysOf((await qingstor()).json)).toEqual([]);
  });
});

it('a copy finds its source by any of them', async () => {
  for (const hard of KEYS) {
    await qingstor({ method: 'PUT', target: plain(hard.key), body: bodyOf(hard) });
    const source = `/${QINGSTOR_BUCKET}${escaped(hard.key)}`;
    const copied = await qingstor({
      method: 'PUT',
      target: '/copy',
      headers: { 'x-qs-copy-source': source },
    });
    expect([copied.status, copied.headers.etag], hard.name).toEqual([201, md5(bodyOf(hard))]);
    await cos({ method: 'PUT', target: plain(hard.key), body: bodyOf(hard) });
    const cosSource = `${COS_BUCKET}.cos.ap-guangzhou.myqcloud.com${escaped(hard.key)}`;
    const cosCopy = await cos({
      method: 'PUT',
      target: '/copy',
      body: '',
      headers: { 'x-cos-copy-source': cosSource },
    });
    expect([cosCopy.status, cosCopy.text.includes(md5(bodyOf(hard)).slice(1, -1))], hard.name).toEqual([
      200,
      true,
    ]);
  }
});
