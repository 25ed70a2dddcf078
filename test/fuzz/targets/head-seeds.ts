import { goldenDocuments } from './seeds.ts';

const DATE = 'Mon, 01 Jun 2026 00:00:00 GMT';

const HEADS: Readonly<Record<string, readonly string[]>> = {
  cos: [
    'GET /a%2Fb/../c?prefix=x&delimiter=%2F HTTP/1.1\nHost: examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com\nAuthorization: q-sign-algorithm=sha1&q-ak=AKIDcrossgatelocal&q-sign-time=1780272000;1780275600&q-key-time=1780272000;1780275600&q-header-list=host&q-url-param-list=delimiter;prefix&q-signature=00112233445566778899aabbccddeeff00112233',
    'OPTIONS /k HTTP/1.1\nHost: examplebucket-1250000000.localhost:4001\nOrigin: https://a.example\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: x-a, x-b',
    'GET /k?q-sign-algorithm=sha1&q-ak=AKIDcrossgatelocal&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=00 HTTP/1.1\nHost: 127.0.0.1:4001',
    'PUT http://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/?cors HTTP/1.1\nHost: other\nContent-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\nx-cos-security-token: t',
  ],
  qingstor: [
    `GET /mybucket/a%20b?acl&response-expires=x HTTP/1.1\nHost: 127.0.0.1:4002\nDate: ${DATE}\nAuthorization: QS CROSSGATELOCAL:AAAA=`,
    'GET /k?access_key_id=CROSSGATELOCAL&expires=1780275600&signature=AAAA%3D HTTP/1.1\nHost: mybucket.pek3a.qingstor.com',
    `OPTIONS /mybucket/k HTTP/1.1\nHost: qingstor.com\nOrigin: https://a.example\nAccess-Control-Request-Method: PUT, GET`,
    `PUT /mybucket?cors HTTP/1.1\nHost: qingstor.com\nx-qs-date: ${DATE}\nContent-MD5: x\nAuthorization: QS a:b`,
  ],
  'azure-tables': [
    `GET /?restype=service&comp=properties HTTP/1.1\nHost: devstoreaccount1.table.core.windows.net\nx-ms-version: 2019-02-02\nx-ms-date: ${DATE}\nAuthorization: SharedKey devstoreaccount1:AAAA`,
    `PUT /devstoreaccount1/?restype=service&comp=properties&timeout=1 HTTP/1.1\nHost: 127.0.0.1:4003\nx-ms-version: 2013-08-15\nDate: ${DATE}\nAuthorization: SharedKeyLite devstoreaccount1:AAAA=\nAccept: application/json;odata=nometadata`,
    "GET /devstoreaccount1/Tables('a')?sv=2019-02-02&ss=t&srt=sco&sp=rw&st=2026-01-01&se=2027-01-01T00:00Z&spr=https,http&sip=127.0.0.1-127.0.0.2&sig=AAAA HTTP/1.1\nHost: 127.0.0.1",
    'OPTIONS /a-secondary/T HTTP/1.1\nHost: a.table.localhost\nOrigin: http://a.example\nAccess-Control-Request-Method: GET\nx-ms-client-request-id: 1\nDataServiceVersion: 3.0',
  ],
  boomi: [
    'POST /api/rest/v1/account-123456/Atom/query?overrideAccount=b HTTP/1.1\nHost: api.boomi.com\nAuthorization: Basic bG9jYWxAY3Jvc3NnYXRlLnRlc3Q6Y3Jvc3NnYXRlLWxvY2FsLXNlY3JldA==',
    'GET /partner/api/rest/v1/account-123456;a=b/%2e%2e/x HTTP/1.1\nHost: api.boomi.com\nAuthorization: Basic Qk9PTUlfVE9LRU4uYTpi',
    'OPTIONS /auth/jwt/generate/account-123456 HTTP/1.1\nHost: x\nOrigin: https://a.example\nAccess-Control-Request-Method: GET',
    'GET /apim/api/rest/v1/a%252fb%5cc HTTP/1.1\nHost: x\nAccept: application/xml',
  ],
};

const BODIES: Readonly<Record<string, string>> = {
  cos: 'PUT /?cors HTTP/1.1\nHost: examplebucket-1250000000.localhost',
  qingstor: 'PUT /mybucket?cors HTTP/1.1\nHost: qingstor.com',
  'azure-tables':
    'PUT /devstoreaccount1/?restype=service&comp=properties HTTP/1.1\nHost: 127.0.0.1\nx-ms-version: 2019-02-02',
};

/** Requests to a service: heads, and heads with the documents of its golden files. */
export function headSeeds(dialect: string): readonly string[] {
  const head = BODIES[dialect];
  const documents =
    head === undefined ? [] : goldenDocuments(dialect).map(document => `${head}\n\n${document}`);
  return [...(HEADS[dialect] ?? []), ...documents];
}

export const HEAD_WORDS: readonly string[] = [
  ...Object.values(HEADS).flatMap(heads => heads.flatMap(text => text.split('\n').slice(1))),
  'Host: ',
  'Origin: ',
  'Authorization: ',
  '?cors',
  '?uploads',
  '&uploadId=',
  '&partNumber=1',
  '%00',
  '%0d%0a',
  '%2f',
  '%c3%28',
  '%u1234',
  '/../',
  '//',
  '*',
  '::1',
  ':99999',
  DATE,
  'Mon, 31 Feb 2026 25:61:61 GMT',
  'bytes=',
  'chunked',
  '2026-06-01T00:00:00Z',
  'sig=',
  'Basic ',
  'SharedKeyLite ',
];
