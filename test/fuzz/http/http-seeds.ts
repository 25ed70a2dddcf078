import { CORS_WORDS, goldenDocuments } from '../targets/seeds.ts';

const COS_HOST = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com';
const ORIGIN = 'https://app.example';
const CORS = `Origin: ${ORIGIN}\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: content-type, x-a`;
const TENANT = '/api/v1/tenants/cos/examplebucket-1250000000';
const RULE = `{"allowedOrigins":["${ORIGIN}","https://*.example.com"],"allowedMethods":["GET","PUT"],"allowedHeaders":["*"],"exposeHeaders":["ETag"],"maxAgeSeconds":60}`;
const POLICY = `{"rules":[${RULE}]}`;
const BOOMI_POLICY = `{"rules":[{"allowedOrigins":["${ORIGIN}"],"allowedMethods":["GET","POST"],"allowedHeaders":[],"exposeHeaders":[]}]}`;
const COS_CORS = `<CORSConfiguration><CORSRule><AllowedOrigin>${ORIGIN}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>`;
const QINGSTOR_CORS = `{"cors_rules":[{"allowed_origin":"${ORIGIN}","allowed_methods":["PUT","GET"],"allowed_headers":["*"],"expose_headers":["ETag"],"max_age_seconds":60}]}`;
const AZURE_CORS = `<StorageServiceProperties><Cors><CorsRule><AllowedOrigins>${ORIGIN}</AllowedOrigins><AllowedMethods>GET,PUT</AllowedMethods><AllowedHeaders>*</AllowedHeaders><ExposedHeaders>x-ms-*</ExposedHeaders><MaxAgeInSeconds>60</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>`;
const AZURE = '/devstoreaccount1';
const BOOMI = '/api/rest/v1/account-123456/Atom';
const FORM = (fields: string): string =>
  `--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nform-\${filename}\r\n${fields}--b\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/css\r\n\r\nthe file\r\n--b--\r\n`;

/** One request as a client of the service writes it. */
function request(line: string, host: string, more = '', body = ''): string {
  return `${line} HTTP/1.1\nHost: ${host}${more === '' ? '' : `\n${more}`}\n\n${body}`;
}

const cos = (line: string, more?: string, body?: string): string => request(line, COS_HOST, more, body);
const qingstor = (line: string, more?: string, body?: string): string =>
  request(line, 'qingstor.com', more, body);
const azure = (line: string, more = '', body?: string): string =>
  request(
    line,
    '127.0.0.1:4003',
    ['x-ms-version: 2019-02-02', ...(more === '' ? [] : [more])].join('\n'),
    body,
  );
const boomi = (line: string, more?: string, body?: string): string =>
  request(line, 'api.boomi.com', more, body);
const admin = (line: string, body?: string): string => request(line, 'localhost:4000', '', body);

/** What makes that there is something to ask for, in this order. Again is harmless. */
export const SETUP: readonly string[] = [
  `cos sign=header\n${cos('PUT /', 'x-cos-acl: public-read-write')}`,
  `cos sign=header\n${cos('PUT /?cors', '', COS_CORS)}`,
  `cos sign=header\n${cos('PUT /kept-object', 'x-cos-meta-a: b', 'the object, a few words long')}`,
  `cos sign=header\n${cos('POST /parts?uploads')}`,
  `cos sign=header\n${cos('PUT /parts?partNumber=1&uploadId={cosUpload}', '', 'a part')}`,
  `qingstor sign=header\n${qingstor('PUT /mybucket')}`,
  `qingstor sign=header\n${qingstor('PUT /mybucket?cors', '', QINGSTOR_CORS)}`,
  `qingstor sign=header\n${qingstor('PUT /mybucket/kept-object', '', 'the object, a few words long')}`,
  `qingstor sign=header\n${qingstor('POST /mybucket/parts?uploads')}`,
  `qingstor sign=header\n${qingstor('PUT /mybucket/parts?upload_id={qingstorUpload}&part_number=0', '', 'a part')}`,
  `azure-tables sign=header\n${azure(`PUT ${AZURE}/?restype=service&comp=properties`, '', AZURE_CORS)}`,
  `admin\n${admin('PUT /api/v1/tenants/boomi/account-123456/policy', BOOMI_POLICY)}`,
  `admin\n${admin(`PUT ${TENANT}/candidate`, POLICY)}`,
];

export function httpSeeds(): readonly string[] {
  const md5OfPart = '5a9c5ee4ff4f4ed5a1a3b1a7ba1b64f7';
  return [
    ...SETUP,
    `cos\n${cos('OPTIONS /kept-object', CORS)}`,
    `cos\n${cos('GET /kept-object', `Origin: ${ORIGIN}\nRange: bytes=1-5\nIf-Match: "a"`)}\n=====\n${cos('HEAD /kept-object')}`,
    `cos sign=query\n${cos('GET /kept-object?response-content-type=a%2Fb&response-expires=x')}`,
    `cos sign=header\n${cos('GET /?prefix=k&delimiter=%2F&max-keys=2&encoding-type=url&marker=a')}`,
    `cos sign=header\n${cos('GET /?cors')}\n=====\n${cos('DELETE /?cors')}`,
    `cos sign=header\n${cos('GET /')}`,
    `cos sign=header\n${request('GET /', 'service.cos.myqcloud.com')}`,
    `cos sign=header\n${cos('GET /?uploads&max-uploads=5&key-marker=a&upload-id-marker=b')}`,
    `cos sign=header\n${cos('GET /parts?uploadId={cosUpload}&max-parts=3&part-number-marker=0')}`,
    `cos sign=header\n${cos('POST /parts?uploadId={cosUpload}', '', `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"${md5OfPart}"</ETag></Part></CompleteMultipartUpload>`)}`,
    `cos sign=header\n${cos('DELETE /parts?uploadId={cosUpload}')}`,
    `cos sign=header md5\n${cos('POST /?delete', '', '<Delete><Quiet>false</Quiet><Object><Key>a</Key></Object><Object><Key>b&#x9;c</Key><VersionId>v</VersionId></Object></Delete>')}`,
    `cos sign=header\n${cos('PUT /copy', `x-cos-copy-source: ${COS_HOST}/kept-object\nx-cos-metadata-directive: Replaced\nx-cos-meta-c: d`)}`,
    `cos\n${cos('POST /', `Content-Type: multipart/form-data; boundary=b\nOrigin: ${ORIGIN}`, FORM('--b\r\nContent-Disposition: form-data; name="success_action_status"\r\n\r\n201\r\n'))}`,
    `cos sign=header chunked pause=60\n${cos('PUT /a/../b%2Fc', 'Content-Type: text/plain\nx-cos-storage-class: STANDARD_IA\nExpires: x', 'in pieces')}`,
    `cos cut=150\n${cos('PUT /cut', 'Expect: 100-continue', 'never all of it')}`,
    `cos\n${cos(`GET http://${COS_HOST}/kept-object`)}`,
    `cos\n${request('GET /examplebucket-1250000000/kept-object', '127.0.0.1:4001')}`,
    `qingstor\n${qingstor('OPTIONS /mybucket/kept-object', CORS)}`,
    `qingstor sign=header\n${qingstor('GET /mybucket/kept-object', `Origin: ${ORIGIN}\nRange: bytes=-3`)}\n=====\n${qingstor('HEAD /mybucket')}`,
    `qingstor sign=query\n${qingstor('GET /mybucket/kept-object?response-content-disposition=x')}`,
    `qingstor sign=header\n${qingstor('GET /mybucket?prefix=k&delimiter=/&limit=2&marker=a')}`,
    `qingstor sign=header\n${qingstor('GET /')}\n=====\n${qingstor('GET /mybucket?stats')}\n=====\n${qingstor('GET /mybucket?acl')}`,
    `qingstor sign=header md5\n${qingstor('POST /mybucket?delete', '', '{"quiet":false,"objects":[{"key":"a"},{"key":"\\u0000"}]}')}`,
    `qingstor sign=header\n${qingstor('GET /mybucket/parts?upload_id={qingstorUpload}&limit=2')}`,
    `qingstor sign=header\n${qingstor('POST /mybucket/parts?upload_id={qingstorUpload}', '', '{"object_parts":[{"part_number":0,"etag":"x"}]}')}`,
    `qingstor sign=header\n${qingstor('GET /mybucket?uploads&limit=3')}`,
    `qingstor sign=header\n${qingstor('PUT /mybucket/copy', 'x-qs-copy-source: /mybucket/kept-object\nx-qs-copy-source-if-match: "a"')}`,
    `qingstor\n${qingstor('POST /mybucket', 'Content-Type: multipart/form-data; boundary=b', FORM('--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\nbm9uZQ==\r\n--b\r\nContent-Disposition: form-data; name="signature"\r\n\r\nx\r\n'))}`,
    `qingstor sign=header\n${qingstor('GET /mybucket?cors')}\n=====\n${qingstor('DELETE /mybucket?cors')}`,
    `azure-tables\n${azure(`OPTIONS ${AZURE}/Tables`, CORS)}`,
    `azure-tables sign=header\n${azure(`GET ${AZURE}/?restype=service&comp=properties`)}`,
    `azure-tables sign=header\n${azure(`GET ${AZURE}/Tables?$top=1`, `Origin: ${ORIGIN}\nAccept: application/json;odata=nometadata`)}`,
    `azure-tables\n${azure(`GET ${AZURE}/?restype=service&comp=properties&sv=2019-02-02&ss=t&srt=s&sp=r&se=2030-01-01&sig=AAAA`)}`,
    `azure-tables\n${azure(`POST ${AZURE}/T`, 'Content-Type: application/json', '{}')}\n~~~~~\nHTTP/1.1 201 Created\nContent-Length: 2\nAccess-Control-Allow-Origin: *\nVary: Accept\n\n{}`,
    `boomi\n${boomi(`OPTIONS ${BOOMI}`, CORS)}`,
    `boomi sign=header\n${boomi(`GET ${BOOMI}/a`, `Origin: ${ORIGIN}`)}`,
    `boomi sign=header\n${boomi(`POST ${BOOMI}/query`, `Origin: ${ORIGIN}\nContent-Type: application/xml`, '<QueryFilter/>')}\n~~~~~\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: x\nConnection: x-a\nX-A: b\n\n3\nabc\n0\n\n`,
    `boomi sign=header\n${boomi(`GET ${BOOMI}/a`)}\n~~~~~\nHTTP/1.1 100 Continue\n\nHTTP/1.1 304 Not Modified\nETag: "a"\n\n`,
    `boomi sign=header\n${boomi(`GET ${BOOMI}/a`)}\n~~~~~\nnot HTTP at all`,
    `boomi sign=header\n${boomi(`GET ${BOOMI}/a`)}\n~~~~~\nHTTP/1.1 200 OK\nContent-Length: 100\n\ncut`,
    `admin\n${admin('GET /healthz')}\n=====\n${admin('GET /readyz')}\n=====\n${admin('GET /metrics')}\n=====\n${admin('GET /')}`,
    `admin\n${admin('GET /api/v1/tenants')}\n=====\n${admin('GET /api/v1/traffic')}\n=====\n${admin('GET /api/v1/refusals?order=most-frequent&limit=5')}`,
    `admin\n${admin(`GET ${TENANT}/policy`)}\n=====\n${admin(`GET ${TENANT}/policy/history`)}\n=====\n${admin(`GET ${TENANT}/refusals`)}`,
    `admin\n${admin(`PUT ${TENANT}/policy`, POLICY)}\n=====\n${admin(`DELETE ${TENANT}/policy`)}`,
    `admin\n${admin(`GET ${TENANT}/candidate/report`)}\n=====\n${admin(`POST ${TENANT}/candidate/promote`, '{"policyRevision":1,"candidateRevision":2}')}`,
    `admin\n${admin('POST /api/v1/explain', `{"dialect":"cos","policy":${POLICY},"request":{"origin":"${ORIGIN}","method":"PUT","headers":{"content-type":"a/b"},"credentials":"include"}}`)}`,
    `admin\n${admin('POST /api/v1/explain', `{"tenant":"cos/examplebucket-1250000000","request":{"pageUrl":"https://a.example/b","method":"GET","headers":["x-a"],"actual":true}}`)}`,
    `admin\n${admin('POST /api/v1/lint', `{"dialect":"boomi","policy":${BOOMI_POLICY}}`)}`,
    `admin\n${admin('POST /api/v1/compare', `{"old":{"dialect":"cos","policy":${POLICY}},"new":{"tenant":"cos/examplebucket-1250000000"}}`)}`,
    `admin\n${admin('POST /api/v1/convert', `{"dialect":"cos","policy":${POLICY},"to":"azure-tables"}`)}`,
    ...goldenDocuments('cos')
      .slice(0, 12)
      .map(document => `cos sign=header\n${cos('PUT /?cors', '', document)}`),
    ...goldenDocuments('qingstor')
      .slice(0, 12)
      .map(document => `qingstor sign=header\n${qingstor('PUT /mybucket?cors', '', document)}`),
    ...goldenDocuments('azure-tables')
      .slice(0, 12)
      .map(
        document =>
          `azure-tables sign=header\n${azure(`PUT ${AZURE}/?restype=service&comp=properties`, '', document)}`,
      ),
  ];
}

export const HTTP_WORDS: readonly string[] = [
  ...CORS_WORDS,
  'sign=header',
  'sign=query',
  'chunked',
  'md5',
  'Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Connection: close',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'If-None-Match: *',
  'If-Modified-Since: Tue, 14 Nov 2023 22:15:00 GMT',
  'Range: bytes=0-',
  'Origin: ',
  'Host: ',
  'x-cos-acl: private',
  'x-cos-security-token: a',
  '{cosUpload}',
  '{qingstorUpload}',
  '?cors',
  '?uploads',
  '?delete',
  '&uploadId=',
  '&comp=properties',
  '%00',
  '%0d%0a',
  '%2f',
  '%ff',
  '/../',
  '\n=====\n',
  '\n~~~~~\n',
  'HTTP/1.0',
  'CONNECT',
  'TRACE',
  'PATCH',
  'MERGE',
  'OPTIONS *',
];
