import { describe, expect, it } from 'vitest';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { type DataService, md5, newDataService } from '../data-service.ts';

const BUCKET = 'mybucket';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

async function serviceWith(...keys: readonly string[]): Promise<DataService> {
  const service = await newDataService(qingstorDialect);
  await service.createBucket(BUCKET);
  for (const key of keys) await service.put(BUCKET, key);
  return service;
}

async function documentOf<Document>({ send }: DataService, target: string, headers = {}): Promise<Document> {
  const { status, text, headers: answered } = await send({ target, headers });
  expect(status).toBe(200);
  expect(answered.get('content-type')).toBe('application/json');
  return JSON.parse(text) as Document;
}

interface Page {
  readonly keys: readonly { readonly key: string }[];
  readonly common_prefixes: readonly string[];
  readonly has_more: boolean;
  readonly next_marker: string;
}

async function pageOf(service: DataService, query: string): Promise<Page> {
  return await documentOf<Page>(service, `/${BUCKET}?${query}`);
}

/** Every key and common prefix, by pages. */
async function pagesOf(service: DataService, query: string): Promise<string[][]> {
  const pages: string[][] = [];
  let marker = '';
  for (;;) {
    const page = await pageOf(service, `${query}&marker=${encodeURIComponent(marker)}`);
    pages.push([...page.keys.map(({ key }) => key), ...page.common_prefixes]);
    if (!page.has_more) return pages;
    marker = page.next_marker;
  }
}

describe('PUT Bucket', () => {
  it('creates a bucket in the zone of its host', async () => {
    const service = await newDataService(qingstorDialect);
    const { status, headers } = await service.send({
      method: 'PUT',
      target: `http://sh1a.qingstor.com/${BUCKET}`,
    });
    expect([status, headers.get('content-length')]).toEqual([201, '0']);
    expect(service.objects.bucket(BUCKET)).toMatchObject({ acl: 'private', region: 'sh1a' });
  });
});

describe('DELETE Bucket', () => {
  it('deletes a bucket with its policy', async () => {
    const service = await serviceWith();
    expect(await service.send({ method: 'DELETE', target: `/${BUCKET}` })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(service.objects.bucket(BUCKET)).toBeUndefined();
    expect(service.deletedPolicies).toEqual([BUCKET]);
  });

  it('leaves a bucket with objects alone, and its policy', async () => {
    const service = await serviceWith('a');
    expect(await service.send({ method: 'DELETE', target: `/${BUCKET}` })).toMatchObject({ status: 409 });
    expect(service.keys(BUCKET)).toEqual(['a']);
    expect(service.deletedPolicies).toEqual([]);
  });
});

describe('GET Service', () => {
  it('lists buckets as documented', async () => {
    const service = await serviceWith();
    expect(await documentOf(service, '/')).toEqual({
      count: 1,
      buckets: [
        {
          name: BUCKET,
          location: 'pek3a',
          url: `https://${BUCKET}.pek3a.qingstor.com`,
          created: expect.stringMatching(TIME) as string,
        },
      ],
    });
  });

  it('lists those of a zone, from an offset on', async () => {
    const service = await newDataService(qingstorDialect);
    for (const name of ['bucket-1', 'bucket-2', 'bucket-3']) await service.createBucket(name);
    await service.objects.createBucket({ name: 'bucket-0', acl: 'private', region: 'sh1a' });
    const named = async (query: string, headers = {}): Promise<unknown> => {
      const { buckets } = await documentOf<{ buckets: unknown }>(service, `/?${query}`, headers);
      return buckets;
    };
    expect(await named('offset=1&limit=2', { Location: 'pek3a' })).toMatchObject([
      { name: 'bucket-2' },
      { name: 'bucket-3' },
    ]);
    expect(await named('', { Location: 'sh1a' })).toMatchObject([{ name: 'bucket-0' }]);
    expect(await named('limit=1')).toMatchObject([{ name: 'bucket-0' }]);
    expect(await named('offset=4')).toEqual([]);
  });
});

describe('GET Bucket Statistics', () => {
  it('counts objects and their bytes, beyond one page of the store', async () => {
    const service = await serviceWith();
    const staged = Array.from({ length: 1001 }, (_, i) => service.put(BUCKET, `k${i}`, 'ab'));
    await Promise.all(staged);
    expect(await documentOf(service, `/${BUCKET}?stats`)).toEqual({
      count: 1001,
      size: 2002,
      location: 'pek3a',
      name: BUCKET,
      url: `https://${BUCKET}.pek3a.qingstor.com`,
      status: 'active',
      created: expect.stringMatching(TIME) as string,
    });
  });
});

describe('GET Bucket', () => {
  it('lists objects as documented', async () => {
    const service = await serviceWith('dir/a');
    await service.send({
      method: 'PUT',
      target: `/${BUCKET}/b`,
      headers: { 'Content-Type': 'text/css' },
      body: 'x',
    });
    expect(await documentOf(service, `/${BUCKET}?delimiter=/&limit=4`)).toEqual({
      name: BUCKET,
      keys: [
        {
          created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
          modified: expect.any(Number) as number,
          encrypted: false,
          storage_class: 'STANDARD',
          etag: `"${md5('x')}"`,
          key: 'b',
          mime_type: 'text/css',
          size: 1,
        },
      ],
      prefix: '',
      owner: { id: 'usr-crossgate', name: 'crossgate' },
      delimiter: '/',
      limit: 4,
      marker: '',
      next_marker: '',
      has_more: false,
      common_prefixes: ['dir/'],
    });
  });

  it.each([
    { name: 'everything', query: 'limit=2', pages: [['a', 'b/1'], ['b/2', 'c 中&+'], ['d']] },
    {
      name: 'folders',
      query: 'limit=2&delimiter=/',
      pages: [
        ['a', 'b/'],
        ['c 中&+', 'd'],
      ],
    },
    { name: 'a folder', query: 'limit=1&delimiter=/&prefix=b/', pages: [['b/1'], ['b/2']] },
    { name: 'a prefix that nothing has', query: 'limit=1&prefix=x', pages: [[]] },
    { name: 'no limit', query: 'limit=', pages: [['a', 'b/1', 'b/2', 'c 中&+', 'd']] },
  ])('goes through $name page by page', async ({ query, pages }) => {
    const service = await serviceWith('d', 'b/2', 'a', 'b/1', 'c 中&+');
    expect(await pagesOf(service, query)).toEqual(pages);
  });

  it('gives 100 keys unless it is asked for more, and 1000 at the most', async () => {
    const service = await serviceWith();
    await Promise.all(Array.from({ length: 1001 }, (_, i) => service.put(BUCKET, `k${i}`, '')));
    expect(await pageOf(service, '')).toMatchObject({ limit: 100, has_more: true, keys: { length: 100 } });
    expect(await pageOf(service, 'limit=99999')).toMatchObject({
      limit: 1000,
      has_more: true,
      keys: { length: 1000 },
    });
  });

  it('is for everybody where everybody may read', async () => {
    const service = await newDataService(qingstorDialect);
    await service.createBucket(BUCKET, 'public-read');
    expect(await service.send({ target: `/${BUCKET}`, as: 'anonymous' })).toMatchObject({ status: 200 });
  });
});
