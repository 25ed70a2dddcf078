import { describe, expect, it } from 'vitest';
import { cosDialect } from '../../src/cos/dialect.ts';
import type { Dialect } from '../../src/dialect.ts';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { type DataService, newDataService } from '../data-service.ts';

interface Service {
  readonly name: string;
  readonly dialect: Dialect;
  readonly bucket: string;
  readonly prefix: string;
  readonly storageClass: string;
  readonly badClass: string;
  readonly tooLarge: string;
}

const services: readonly Service[] = [
  {
    name: 'cos',
    dialect: cosDialect,
    bucket: 'examplebucket-1250000000',
    prefix: 'x-cos-meta-',
    storageClass: 'x-cos-storage-class',
    badClass: 'InvalidArgument',
    tooLarge: 'MetadataTooLarge',
  },
  {
    name: 'qingstor',
    dialect: qingstorDialect,
    bucket: 'mybucket',
    prefix: 'x-qs-meta-',
    storageClass: 'x-qs-storage-class',
    badClass: 'invalid_argument',
    tooLarge: 'metadata_too_large',
  },
];

async function open({ dialect, bucket }: Service): Promise<DataService> {
  const service = await newDataService(dialect);
  await service.createBucket(bucket, 'public-read-write');
  return service;
}

describe.each(services)('what $name keeps with an object', service => {
  const { bucket, prefix, storageClass, badClass, tooLarge } = service;

  it.each(['\xff', '\xb5', 'A-B', 'A B'])('has no storage class of %j', async value => {
    const { send, content } = await open(service);
    const headers = { [storageClass]: value };
    expect(await send({ method: 'PUT', target: `/${bucket}/a`, headers, body: 'x' })).toMatchObject({
      status: 400,
      code: badClass,
    });
    expect(await content(bucket, 'a')).toBeUndefined();
  });

  it('has metadata of 8 KB, and no more', async () => {
    const { send, content } = await open(service);
    const put = (value: string): ReturnType<typeof send> =>
      send({ method: 'PUT', target: `/${bucket}/a`, headers: { [`${prefix}a`]: value }, body: 'x' });
    const most = 8 * 1024 - prefix.length - 1;
    expect(await put('v'.repeat(most + 1))).toMatchObject({ status: 400, code: tooLarge });
    expect(await content(bucket, 'a')).toBeUndefined();
    expect((await put('v'.repeat(most))).status).toBeLessThan(300);
  });

  it.each(['cash$$.txt', "a$&b$`c$'d.txt"])('has a form name its file %s as it is', async fileName => {
    const { send, keys } = await open(service);
    const part = (head: string, text: string): string =>
      `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write it so
    const body = `${part('name="key"', 'u/${filename}')}${part(`name="file"; filename="${fileName}"`, 'x')}--b--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const { status } = await send({ method: 'POST', target: `/${bucket}`, headers, body, as: 'anonymous' });
    expect(status).toBeLessThan(300);
    expect(keys(bucket)).toEqual([`u/${fileName}`]);
  });

  it('has no metadata of a form beyond what an upload may have', async () => {
    const { send, keys } = await open(service);
    const part = (head: string, text: string): string =>
      `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
    const body = `${part('name="key"', 'k')}${part(`name="${prefix}a"`, 'v'.repeat(9_000))}${part('name="file"; filename="f"', 'x')}--b--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(
      await send({ method: 'POST', target: `/${bucket}`, headers, body, as: 'anonymous' }),
    ).toMatchObject({ status: 400, code: tooLarge });
    expect(keys(bucket)).toEqual([]);
  });
});

describe('x-cos-copy-source', () => {
  it.each(['a'.repeat(300), 'a', 'A-1250000000'])('names no bucket when it is %s', async bucket => {
    const [cos] = services;
    if (!cos) throw new Error('there is no COS');
    const { send } = await open(cos);
    const headers = { 'x-cos-copy-source': `127.0.0.1:4001/${bucket}/k` };
    expect(await send({ method: 'PUT', target: `/${cos.bucket}/a`, headers, body: '' })).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });
});
