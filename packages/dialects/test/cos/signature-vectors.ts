import type { SignedParts } from '../../src/cos/signature.ts';

/** A signature with every value on the way to it. Parts are text, not byte strings. */
export interface SignatureVector {
  readonly name: string;
  /** Unknown where the documentation masks it. */
  readonly secret?: string;
  readonly keyTime: string;
  readonly signKey: string;
  readonly parts: SignedParts;
  readonly httpString: string;
  readonly httpStringSha1: string;
  readonly signature: string;
}

const BEIJING = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com';
const GUANGZHOU = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com';

const LOCAL = {
  secret: 'localtestsecret',
  keyTime: '1700000000;1700003600',
  signKey: 'cd2227f92acb4e09d93cad9aef9fdb070e17cd84',
};

/** From the test of the Go SDK ("V1"), the documentation ("V2", "V2b") and the Node SDK ("V3" to "V6"). */
export const signatureVectors: readonly SignatureVector[] = [
  {
    name: 'V1, an upload of the Go SDK',
    secret: 'AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM',
    keyTime: '1480932292;1481012292',
    signKey: '95d110a8ead64cac52083100db75b7e3f369e72f',
    parts: {
      method: 'PUT',
      path: '/testfile2',
      parameters: [],
      headers: [
        ['Host', 'testbucket-125000000.cos.ap-guangzhou.myqcloud.com'],
        ['x-cos-content-sha1', 'db8ac1c259eb89d4a131b253bacfca5f319d54f2'],
        ['x-cos-stroage-class', 'nearline'],
      ],
    },
    httpString:
      'put\n/testfile2\n\nhost=testbucket-125000000.cos.ap-guangzhou.myqcloud.com' +
      '&x-cos-content-sha1=db8ac1c259eb89d4a131b253bacfca5f319d54f2&x-cos-stroage-class=nearline\n',
    httpStringSha1: '113b22e92b74237531fafbfc8bb9e67be55645c7',
    signature: 'ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a',
  },
  {
    name: 'V2, the documented upload',
    keyTime: '1557989151;1557996351',
    signKey: 'eb2519b498b02ac213cb1f3d1a3d27a3b3c9bc5f',
    parts: {
      method: 'PUT',
      path: '/exampleobject(腾讯云)',
      parameters: [],
      headers: [
        ['Date', 'Thu, 16 May 2019 06:45:51 GMT'],
        ['Host', BEIJING],
        ['Content-Type', 'text/plain'],
        ['Content-Length', '13'],
        ['Content-MD5', 'mQ/fVh815F3k6TAUm8m0eg=='],
        ['x-cos-acl', 'private'],
        ['x-cos-grant-read', 'uin="100000000011"'],
      ],
    },
    httpString:
      'put\n/exampleobject(腾讯云)\n\ncontent-length=13&content-md5=mQ%2FfVh815F3k6TAUm8m0eg%3D%3D' +
      '&content-type=text%2Fplain&date=Thu%2C%2016%20May%202019%2006%3A45%3A51%20GMT' +
      `&host=${BEIJING}&x-cos-acl=private&x-cos-grant-read=uin%3D%22100000000011%22\n`,
    httpStringSha1: '8b2751e77f43a0995d6e9eb9477f4b685cca4172',
    signature: '3b8851a11a569213c17ba8fa7dcf2abec6935172',
  },
  {
    name: 'V2b, the documented download',
    keyTime: '1557989753;1557996953',
    signKey: '937914bf490e9e8c189836aad2052e4feeb35eaf',
    parts: {
      method: 'GET',
      path: '/exampleobject(腾讯云)',
      parameters: [
        ['response-content-type', 'application/octet-stream'],
        ['response-cache-control', 'max-age=600'],
      ],
      headers: [
        ['Date', 'Thu, 16 May 2019 06:55:53 GMT'],
        ['Host', BEIJING],
      ],
    },
    httpString:
      'get\n/exampleobject(腾讯云)\n' +
      'response-cache-control=max-age%3D600&response-content-type=application%2Foctet-stream\n' +
      `date=Thu%2C%2016%20May%202019%2006%3A55%3A53%20GMT&host=${BEIJING}\n`,
    httpStringSha1: '54ecfe22f59d3514fdc764b87a32d8133ea611e6',
    signature: '01681b8c9d798a678e43b685a9f1bba0f6c0e012',
  },
  {
    name: 'V3, a policy asked for',
    ...LOCAL,
    parts: { method: 'GET', path: '/', parameters: [['cors', '']], headers: [['host', GUANGZHOU]] },
    httpString: `get\n/\ncors=\nhost=${GUANGZHOU}\n`,
    httpStringSha1: 'e2cfc29b04dd5e1d49a1a0f32b7a651b415f5e14',
    signature: 'e6319b82701aaccc8f0e8ed73f7b8a390df30b42',
  },
  {
    name: 'V4, a policy sent',
    ...LOCAL,
    parts: {
      method: 'PUT',
      path: '/',
      parameters: [['cors', '']],
      headers: [
        ['host', GUANGZHOU],
        ['content-md5', 'n9x57MaLKo44yjUMeMmyUQ=='],
      ],
    },
    httpString: `put\n/\ncors=\ncontent-md5=n9x57MaLKo44yjUMeMmyUQ%3D%3D&host=${GUANGZHOU}\n`,
    httpStringSha1: 'e0f11221e9ca7cad4c1dbc62b417fa54bb8208e8',
    signature: '1d8e2f7ccc6ca92e1aae2bd21f78c7c0442ff725',
  },
  {
    name: 'V5, a key with characters of every kind',
    ...LOCAL,
    parts: {
      method: 'GET',
      path: "/dir/中 文(1)*'!~.txt",
      parameters: [
        ['response-content-type', 'text/plain; a=b'],
        ['X', '1 2'],
      ],
      headers: [
        ['host', GUANGZHOU],
        ['range', 'bytes=0-3'],
      ],
    },
    httpString:
      "get\n/dir/中 文(1)*'!~.txt\nresponse-content-type=text%2Fplain%3B%20a%3Db&x=1%202\n" +
      `host=${GUANGZHOU}&range=bytes%3D0-3\n`,
    httpStringSha1: '710f8610f6e90b176c4f26a2e97b389d4350ef1c',
    signature: '4a754fb53c44552c96f4e3187e454f92bb5fc379',
  },
  {
    name: 'V6, neither header nor parameter signed',
    ...LOCAL,
    parts: { method: 'GET', path: '/exampleobject', parameters: [], headers: [] },
    httpString: 'get\n/exampleobject\n\n\n',
    httpStringSha1: 'c0ebc49661eb6bfb6df6d62b83959db40a2cdeb0',
    signature: '448a836ab8d7212272612869645bc412b853c57d',
  },
];
