/** The services' own SDKs through a gateway, in front of a server that checks their signatures with a key of its own. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosHost, sendCos } from '../support/cos-http.ts';
import { type Addressing, of, openCosSdk, sdkError } from '../support/cos-sdk.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { failedCall, openQingstorSdk } from '../support/qingstor-sdk.ts';

const MEBIBYTE = 1024 ** 2;
const BUCKET = 'sdk-behind-1250000000';
const STORE_KEY = { id: 'AKIDofTheStore', secret: 'known-to-store-and-client' };
const TO_STORE: COS.COSOptions = { SecretId: STORE_KEY.id, SecretKey: STORE_KEY.secret };
const RULE = {
  AllowedOrigin: ['https://page.example'],
  AllowedMethod: ['GET'],
  AllowedHeader: ['*'],
  ExposeHeader: [],
  MaxAgeSeconds: 60,
};

let store: LocalServer;
let gateway: Gateway;
/** With the store's key, through the gateway. */
let cos: COS;

beforeAll(async () => {
  store = await startLocalServer({ store: 'memory' }, { cos: { credentials: [STORE_KEY] } });
  gateway = await startGateway(`http://${store.cos}`);
  cos = openCosSdk(gateway.cos, 'host', TO_STORE);
  await cos.putBucket(of(BUCKET));
});

afterAll(async () => {
  await gateway.stop();
  await store.stop();
});

describe('the COS SDK through a gateway that does not hold its key', () => {
  it.each([
    'a',
    '中文 文件.txt',
    'a+b c%20d%25',
    `quotes ' " \` <&>`,
    "marks !'()*~;:@=,$?#[]",
    'a//b///c',
    'a/../b',
    'trailing/',
    '%2F',
  ])('puts, gets, lists and deletes %j', async Key => {
    for (const addressing of ['host', 'proxy'] satisfies Addressing[]) {
      const client = openCosSdk(gateway.cos, addressing, TO_STORE);
      const object = { ...of(BUCKET), Key };
      await client.putObject({ ...object, Body: `${addressing} ${Key}`, ContentType: 'text/x-own' });
      const { Body, headers } = await client.getObject(object);
      expect([String(Body), headers?.['content-type']]).toEqual([`${addressing} ${Key}`, 'text/x-own']);
      const { Contents } = await client.getBucket({ ...of(BUCKET), Prefix: Key });
      expect(Contents.map(listed => listed.Key)).toContain(Key);
      expect(await client.headObject(object)).toMatchObject({ statusCode: 200 });
      expect(await client.deleteObject(object)).toMatchObject({ statusCode: 204 });
    }
  });

  it('is refused by the store with another key, and the gateway passes that on', async () => {
    const stranger = openCosSdk(gateway.cos);
    const error = await sdkError(stranger.putObject({ ...of(BUCKET), Key: 'a', Body: 'x' }));
    expect(error).toMatchObject({ statusCode: 403, code: 'InvalidAccessKeyId' });
  });

  it('reads ranges, sends streams and digests, and empty objects', async () => {
    const object = { ...of(BUCKET), Key: 'ranges' };
    await cos.putObject({ ...object, Body: Readable.from(['01234', '56789']) });
    const part = await cos.getObject({ ...object, Range: 'bytes=2-4' });
    expect([part.statusCode, String(part.Body)]).toEqual([206, '234']);
    expect(await sdkError(cos.getObject({ ...object, Range: 'bytes=10-' }))).toMatchObject({
      statusCode: 416,
    });
    const digest = createHash('md5').update('text').digest('base64');
    const wrong = cos.putObject({ ...object, Body: 'Text', Headers: { 'Content-MD5': digest } });
    expect(await sdkError(wrong)).toMatchObject({ code: 'BadDigest', statusCode: 400 });
    await cos.putObject({ ...object, Key: 'empty', Body: '' });
    expect((await cos.getObject({ ...object, Key: 'empty' })).Body.length).toBe(0);
  });

  it('uploads in parts', async () => {
    const bytes = Buffer.concat([
      Buffer.alloc(MEBIBYTE, 'a'),
      Buffer.alloc(MEBIBYTE, 'b'),
      Buffer.alloc(1000, 'c'),
    ]);
    const directory = mkdtempSync(join(tmpdir(), 'crossgate-gateway-'));
    const FilePath = join(directory, 'file.bin');
    writeFileSync(FilePath, bytes);
    const object = { ...of(BUCKET), Key: 'parts' };
    const upload = await cos.sliceUploadFile({
      ...object,
      FilePath,
      SliceSize: MEBIBYTE,
      ChunkSize: MEBIBYTE,
    });
    rmSync(directory, { recursive: true });
    expect(upload).toMatchObject({ statusCode: 200, ETag: expect.stringMatching(/-3"$/) });
    expect((await cos.getObject(object)).Body.equals(bytes)).toBe(true);
  });

  it('signs URLs that work for whoever has them', async () => {
    const object = { ...of(BUCKET), Key: 'signed/中 文+1.txt' };
    await cos.putObject({ ...object, Body: 'shared' });
    const follow = async (url: string): ReturnType<typeof sendCos> => {
      const { host, pathname, search } = new URL(url);
      return await sendCos(gateway.cos, host, { target: `${pathname}${search}`, key: 'anonymous' });
    };
    const url = cos.getObjectUrl({ ...object, Sign: true, Protocol: 'http:' }, () => {});
    expect(await follow(url)).toMatchObject({ status: 200, text: 'shared' });
    expect((await follow(url.replace('.txt', '.txT'))).code).toBe('SignatureDoesNotMatch');
    expect((await follow(url.slice(0, url.indexOf('?')))).code).toBe('AccessDenied');
  });

  it('sets the rules at the gateway, with the key of the gateway', async () => {
    const owner = openCosSdk(gateway.cos);
    const refused = await sdkError(cos.putBucketCors({ ...of(BUCKET), CORSRules: [RULE] }));
    expect(refused).toMatchObject({ statusCode: 403, code: 'InvalidAccessKeyId' });
    await owner.putBucketCors({ ...of(BUCKET), CORSRules: [RULE] });
    expect((await owner.getBucketCors(of(BUCKET))).CORSRules).toMatchObject([{ AllowedMethods: ['GET'] }]);
    const direct = openCosSdk(store.cos, 'host', TO_STORE);
    expect((await direct.getBucketCors(of(BUCKET))).CORSRules).toEqual([]);
    const preflight = await sendCos(gateway.cos, cosHost(BUCKET), {
      method: 'OPTIONS',
      key: 'anonymous',
      headers: { Origin: 'https://page.example', 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.status).toBe(200);
    await owner.deleteBucketCors(of(BUCKET));
  });
});

describe('the QingStor SDK through a gateway', () => {
  it('puts, gets, lists, uploads in parts and deletes', async () => {
    const other = await startLocalServer({ store: 'memory' });
    const between = await startGateway(`http://${other.qingstor}`);
    const bucket = openQingstorSdk(between.qingstor).Bucket('behind', '');
    await bucket.put();
    for (const key of ['a', '中文 文件.txt', 'a+b c', 'a//b', '%2F']) {
      await bucket.putObject(key, { body: `text of ${key}` });
      expect((await bucket.getObject(key)).data).toBe(`text of ${key}`);
      expect((await bucket.listObjects({ prefix: key })).data).toMatchObject({ keys: [{ key }] });
      expect((await bucket.deleteObject(key)).status).toBe(204);
    }
    expect(await failedCall(bucket.headObject('none'))).toMatchObject({ status: 404 });
    await between.stop();
    await other.stop();
  });
});

describe('a signature', () => {
  it('reaches the upstream byte for byte', async () => {
    const { server, url, bytes } = await openTap(store.cos);
    const tapped = await startGateway(url);
    const client = openCosSdk(tapped.cos, 'host', TO_STORE);
    let signed = '';
    client.on('before-send', (options: { readonly headers: { readonly Authorization: string } }) => {
      signed = options.headers.Authorization;
    });
    await client.putObject({ ...of(BUCKET), Key: 'tapped +%2F', Body: 'x', 'x-cos-meta-a': 'b' });
    expect(signed).toContain('q-signature=');
    expect(bytes()).toContain(`\r\nAuthorization: ${signed}\r\n`);
    expect(bytes()).toMatch(/^PUT \/tapped%20%2B%252F HTTP\/1\.1\r\n/);
    await tapped.stop();
    server.close();
  });
});

/** A wire to another server that keeps what goes there. */
async function openTap(
  address: string,
): Promise<{ readonly server: Server; readonly url: string; readonly bytes: () => string }> {
  let bytes = '';
  const [host, port] = address.split(':');
  const server = createServer((socket: Socket) => {
    const on = connect({ host: host ?? '', port: Number(port) }).on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
    });
    socket
      .on('error', () => {})
      .pipe(on)
      .pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url, bytes: () => bytes };
}
