/** Bodies of PUT Bucket cors that are refused: each with a clear error, and the former configuration stays. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type CosResponse,
  cosBucket,
  cosHost,
  createBucket,
  putCors,
  type SendToBucket,
  signedLines,
} from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';
import { openConnection, parseResponses, rawRequest, sendRawRequest } from '../support/raw-http.ts';

const BUCKET = 'bad-configuration-1250000000';
const HOST = cosHost(BUCKET);
const PUT_CORS = { method: 'PUT', target: '/?cors' } as const;
const LIMIT_BYTES = 64 * 1024;

const GOOD_RULE =
  '<CORSRule><AllowedOrigin>https://former.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>';

let server: LocalServer;
let send: SendToBucket;
let former: string;

beforeAll(async () => {
  server = await startLocalServer();
  send = await createBucket(server.cos, BUCKET);
});

beforeEach(async () => {
  await putCors(send, GOOD_RULE);
  former = (await send({ target: '/?cors' })).text;
});

afterAll(() => server.stop());

async function expectFormerConfiguration(): Promise<void> {
  const { status, text } = await send({ target: '/?cors' });
  expect([status, text]).toEqual([200, former]);
}

function put(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<CosResponse> {
  return send({ ...PUT_CORS, body, headers });
}

function configuration(elements: string): string {
  return `<CORSConfiguration>${elements}</CORSConfiguration>`;
}

/** A rule with other origins, methods, or anything else in it. */
function rule(elements: string, origin = '*', method = 'GET'): string {
  return `<CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>${method}</AllowedMethod>${elements}</CORSRule>`;
}

describe('a configuration that cannot be read', () => {
  const ENTITIES = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};">`).join(
    '',
  );
  const CASES: readonly { readonly name: string; readonly body: string | Uint8Array }[] = [
    { name: 'no XML', body: 'hello' },
    { name: 'white space', body: ' \n' },
    { name: 'JSON', body: '{"CORSRules":[]}' },
    { name: 'an element that does not end', body: '<CORSConfiguration><CORSRule>' },
    { name: 'elements that cross', body: configuration('<CORSRule><ID></CORSRule></ID>') },
    { name: 'two roots', body: configuration(GOOD_RULE).repeat(2) },
    { name: 'text behind the root', body: `${configuration(GOOD_RULE)}x` },
    { name: 'an ampersand by itself', body: configuration(rule('', 'https://a&b')) },
    { name: 'a NUL', body: configuration(rule('<ID>a\0b</ID>')) },
    { name: 'a control character by reference', body: configuration(rule('<ID>&#1;</ID>')) },
    { name: 'a surrogate by reference', body: configuration(rule('<ID>&#xD800;</ID>')) },
    { name: 'bytes that are not UTF-8', body: Buffer.from(configuration(rule('<ID>é</ID>')), 'latin1') },
    { name: 'UTF-16', body: Buffer.from(`\ufeff${configuration(GOOD_RULE)}`, 'utf16le') },
    { name: 'an unknown entity', body: configuration(rule('<ID>&nbsp;</ID>')) },
    { name: 'a DOCTYPE', body: `<!DOCTYPE CORSConfiguration>${configuration(GOOD_RULE)}` },
    {
      name: 'entities that multiply',
      body: `<!DOCTYPE x [<!ENTITY e0 "x">${ENTITIES}]>${configuration(rule('<ID>&e9;</ID>'))}`,
    },
    {
      name: 'an entity from a file',
      body: `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${configuration(rule('<ID>&f;</ID>'))}`,
    },
    { name: 'a processing instruction', body: `<?php echo 1 ?>${configuration(GOOD_RULE)}` },
    { name: 'elements nested deeply', body: '<a>'.repeat(9_000) + '</a>'.repeat(9_000) },
    { name: 'elements nested deeply that do not end', body: '<a>'.repeat(21_000) },
    { name: 'very many attributes', body: `<CORSConfiguration ${'a="" '.repeat(10_000)}/>` },
    { name: 'very many elements', body: configuration('<x/>'.repeat(16_000)) },
  ];

  it.each(CASES)('is refused: $name', async ({ body }) => {
    const response = await put(body);
    expect([response.status, response.code]).toEqual([400, 'MalformedXML']);
    expect(response.text.length).toBeLessThan(4_000);
    await expectFormerConfiguration();
  });
});

describe('a configuration that is none of this service', () => {
  const CASES = [
    {
      name: 'another root',
      body: `<AccessControlPolicy>${GOOD_RULE}</AccessControlPolicy>`,
      says: 'CORSConfiguration',
    },
    { name: 'no rule', body: configuration(''), says: 'rule' },
    { name: '101 rules', body: configuration(rule('').repeat(101)), says: '101' },
    { name: 'an element nobody knows', body: configuration(rule('<MaxAge>1</MaxAge>')), says: 'MaxAge' },
    {
      name: 'an element in the wrong place',
      body: configuration('<AllowedOrigin>*</AllowedOrigin>'),
      says: 'AllowedOrigin',
    },
    { name: 'an element inside text', body: configuration(rule('<ID>a<b/></ID>')), says: '`ID`' },
    {
      name: 'no origin',
      body: configuration('<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>'),
      says: 'origin',
    },
    {
      name: 'no method',
      body: configuration('<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>'),
      says: 'method',
    },
    { name: 'an empty origin', body: configuration(rule('', '')), says: 'line 1' },
    { name: 'two `*` in one origin', body: configuration(rule('', 'https://*.a.*')), says: 'https://*.a.*' },
    { name: 'an unknown method', body: configuration(rule('', '*', 'PATCH')), says: 'PATCH' },
    { name: 'a method in lower case', body: configuration(rule('', '*', 'get')), says: 'get' },
    { name: 'OPTIONS as a method', body: configuration(rule('', '*', 'OPTIONS')), says: 'OPTIONS' },
    { name: 'two methods in one element', body: configuration(rule('', '*', 'GET,PUT')), says: 'GET,PUT' },
    {
      name: 'a header that is no token',
      body: configuration(rule('<AllowedHeader>a b</AllowedHeader>')),
      says: 'a b',
    },
    {
      name: 'an exposed header with a line break',
      body: configuration(rule('<ExposeHeader>a&#10;b</ExposeHeader>')),
      says: 'line 1',
    },
    {
      name: 'a negative age',
      body: configuration(rule('<MaxAgeSeconds>-1</MaxAgeSeconds>')),
      says: 'line 1',
    },
    {
      name: 'an age that is no number',
      body: configuration(rule('<MaxAgeSeconds>1.5</MaxAgeSeconds>')),
      says: 'line 1',
    },
    {
      name: 'an age beyond all bounds',
      body: configuration(rule('<MaxAgeSeconds>99999999999</MaxAgeSeconds>')),
      says: 'line 1',
    },
    {
      name: 'two ages',
      body: configuration(rule('<MaxAgeSeconds>1</MaxAgeSeconds>'.repeat(2))),
      says: 'MaxAgeSeconds',
    },
    { name: 'two IDs', body: configuration(rule('<ID>a</ID><ID>b</ID>')), says: 'ID' },
    {
      name: 'a ResponseVary of neither',
      body: configuration(`${GOOD_RULE}<ResponseVary>yes</ResponseVary>`),
      says: 'ResponseVary',
    },
  ];

  it.each(CASES)('is refused, and told why: $name', async ({ body, says }) => {
    const response = await put(body);
    expect([response.status, response.code]).toEqual([400, 'MalformedXML']);
    expect(/<Message>(.*)<\/Message>/s.exec(response.text)?.[1]).toContain(says);
    await expectFormerConfiguration();
  });

  it('is told of no more than a few findings at once', async () => {
    const response = await put(configuration(rule('', 'https://*.*', 'PATCH').repeat(100)));
    expect(response.text.length).toBeLessThan(4_000);
    expect(response.text).toContain('more');
  });
});

describe('a digest', () => {
  const body = configuration(rule(''));
  const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
  it.each([
    { name: 'of something else', digest: md5('else'), code: 'BadDigest' },
    { name: 'that is too short', digest: md5(body).slice(4), code: 'InvalidDigest' },
    {
      name: 'that is hexadecimal',
      digest: createHash('md5').update(body).digest('hex'),
      code: 'InvalidDigest',
    },
    { name: 'that is empty', digest: '', code: 'InvalidDigest' },
  ])('$name is refused', async ({ digest, code }) => {
    const response = await put(body, { 'Content-MD5': digest });
    expect([response.status, response.code]).toEqual([400, code]);
    await expectFormerConfiguration();
  });

  it('counts behind a thousand other headers as well', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`x-${i}`, '']));
    const response = await put(body, { ...many, 'Content-MD5': md5('else') });
    expect([response.status, response.code]).toEqual([400, 'BadDigest']);
    await expectFormerConfiguration();
  });
});

describe('the size of a configuration', () => {
  /** A good configuration of exactly so many bytes. */
  function ofSize(bytes: number): string {
    const empty = configuration(rule('<ID></ID>'));
    return configuration(rule(`<ID>${'i'.repeat(bytes - empty.length)}</ID>`));
  }

  it.each([false, true])('may be 64 KB exactly (in chunks: %s)', async chunked => {
    const body = ofSize(LIMIT_BYTES);
    expect(body).toHaveLength(LIMIT_BYTES);
    expect((await send({ ...PUT_CORS, body, chunked })).status).toBe(200);
    expect((await send({ target: '/?cors' })).text).not.toBe(former);
  });

  it.each([false, true])('may not be one byte more (in chunks: %s)', async chunked => {
    const response = await send({ ...PUT_CORS, body: ofSize(LIMIT_BYTES + 1), chunked });
    expect([response.status, response.code]).toEqual([400, 'XMLSizeLimit']);
    await expectFormerConfiguration();
  });

  it('is refused at 20 MiB, and a client that sends it all sees the answer', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 'a');
    const response = await put(body);
    expect([response.status, response.code]).toEqual([400, 'XMLSizeLimit']);
    const head = rawRequest('PUT /?cors HTTP/1.1', [
      ...signedLines(HOST, PUT_CORS),
      `Content-Length: ${body.length}`,
    ]);
    const connection = await openConnection(server.cos);
    connection.write(head);
    connection.write(body);
    const [raw] = parseResponses(await connection.untilClosed());
    expect([raw?.status, raw?.code]).toEqual([400, 'XMLSizeLimit']);
    await expectFormerConfiguration();
  });

  it('is refused in chunks without end as soon as it is too much', async () => {
    const connection = await openConnection(server.cos);
    const lines = [...signedLines(HOST, PUT_CORS), 'Transfer-Encoding: chunked'];
    connection.write(`PUT /?cors HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    connection.write(chunk.repeat(400));
    const [response] = await connection.untilResponses(1);
    expect([response?.status, response?.code]).toEqual([400, 'XMLSizeLimit']);
    await expectFormerConfiguration();
  });
});

describe('a body that is missing or cut short', () => {
  const lines = (): readonly string[] => signedLines(HOST, PUT_CORS);

  it('is refused when it is empty', async () => {
    const response = await put('');
    expect([response.status, response.code]).toEqual([400, 'MissingRequestBodyError']);
    await expectFormerConfiguration();
  });

  it('is refused without Content-Length', async () => {
    const response = await sendRawRequest(server.cos, rawRequest('PUT /?cors HTTP/1.1', lines()));
    expect([response.status, response.code]).toEqual([411, 'MissingContentLength']);
    await expectFormerConfiguration();
  });

  it.each([
    { name: 'with Content-Length', length: 'Content-Length: 9999', body: configuration(rule('')) },
    { name: 'in chunks', length: 'Transfer-Encoding: chunked', body: `9999\r\n${configuration(rule(''))}` },
    { name: 'in chunks that are none', length: 'Transfer-Encoding: chunked', body: 'zz\r\n<CORS' },
  ])('is refused when it is not complete, $name', async ({ length, body }) => {
    const connection = await openConnection(server.cos);
    connection.write(rawRequest('PUT /?cors HTTP/1.1', [...lines(), length], body));
    connection.endWriting();
    const [response] = parseResponses(await connection.untilClosed());
    expect(response?.status).toBe(400);
    await expectFormerConfiguration();
  });

  it('changes nothing when the client is gone', async () => {
    const connection = await openConnection(server.cos);
    connection.write(rawRequest('PUT /?cors HTTP/1.1', [...lines(), 'Content-Length: 999'], '<CORSC'));
    connection.destroy();
    await expectFormerConfiguration();
  });
});

describe('two writers at once', () => {
  const ROUNDS = 15;
  /** Three rules that all say the same, so that a mixture of two configurations would show. */
  const document = (tag: string): string =>
    configuration(rule(`<ID>${tag}</ID>`, `https://${tag}.example`, 'PUT').repeat(3));

  it('overwrite each other, and never mix', async () => {
    const acknowledged: string[] = [];
    const write = async (writer: string): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        const tag = `${writer}${round}`;
        expect((await put(document(tag))).status).toBe(200);
        acknowledged.push(tag);
      }
    };
    const writing = Promise.all([write('a'), write('b')]);
    let busy = true;
    const done = writing.finally(() => {
      busy = false;
    });
    const tagsOf = (text: string): string[] => [...text.matchAll(/<ID>([^<]*)</g)].map(([, tag = '']) => tag);
    while (busy) {
      const tags = tagsOf((await cosBucket(server.cos, BUCKET)({ target: '/?cors' })).text);
      expect(new Set(tags).size).toBeLessThanOrEqual(1);
    }
    await done;
    const last = tagsOf((await send({ target: '/?cors' })).text);
    expect(last).toHaveLength(3);
    expect([`a${ROUNDS - 1}`, `b${ROUNDS - 1}`]).toContain(last[0]);
    const preflight = { Origin: `https://${last[0]}.example`, 'Access-Control-Request-Method': 'PUT' };
    const answer = await send({ method: 'OPTIONS', headers: preflight, key: 'anonymous' });
    expect(answer.status).toBe(200);
  });

  it('one after the other: the one that was acknowledged last wins', async () => {
    for (const tag of ['first', 'second']) await put(document(tag));
    expect((await send({ target: '/?cors' })).text).toContain('<ID>second</ID>');
  });
});
