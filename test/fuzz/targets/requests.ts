import { Buffer } from 'node:buffer';
import {
  type Credential,
  type Credentials,
  DIALECTS,
  type Dialect,
  type Exchange,
  type RequestHead,
} from '@crossgate/dialects';
import { preferredMediaType } from '../../../packages/dialects/src/accept.ts';
import { parseContentMd5 } from '../../../packages/dialects/src/content-md5.ts';
import { readCopySource } from '../../../packages/dialects/src/cos/copy-source.ts';
import { parseByteRange } from '../../../packages/dialects/src/objects/byte-range.ts';
import { checkPostPolicy } from '../../../packages/dialects/src/objects/post-policy.ts';
import { evaluatePreconditions, rangeApplies } from '../../../packages/dialects/src/objects/preconditions.ts';
import { readUploadForm } from '../../../packages/dialects/src/objects/read-form.ts';
import { asHeaderValue, sentHeaders } from '../../../packages/dialects/src/objects/sent-headers.ts';
import { holds, type Target } from '../target.ts';
import { HEAD_WORDS, headSeeds } from './head-seeds.ts';
import { checkHeaders } from './properties.ts';
import { DIVIDER } from './seeds.ts';

/** All that `node:http` hands on of a head. */
const HEAD_BYTES = 64 * 1024;
const NOW = Date.parse('2026-06-01T00:00:00Z');

/** A head as text, as far as a parser of HTTP would let it through. */
export function readHead(input: Uint8Array): RequestHead {
  const [requestLine = '', ...lines] = Buffer.from(input).toString('latin1').split(/\r?\n/);
  const [method = 'GET', target = '/'] = requestLine.split(' ');
  const rawHeaders: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (colon > 0 && /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && !/[\0\r\n]/.test(value))
      rawHeaders.push(name, value);
  }
  return { method, target: target.replace(/[\0-\x20\x7f]/g, '') || '/', rawHeaders };
}

function exchangeOf(dialect: Dialect, request: RequestHead): Exchange {
  return {
    request,
    location: dialect.locate(request),
    requestId: dialect.newRequestId(NOW),
    receivedAt: NOW,
    clientAddress: '127.0.0.1',
  };
}

/** Target, authorization and answers of one service: whatever a head says, there is an answer that can be sent. */
function head(dialect: Dialect): Target {
  const { localCredential, replies } = dialect;
  // One that may do all, and one with the same id that may only read.
  const reader: Credential = { ...localCredential, secret: `${localCredential.secret}AA`, role: 'read-only' };
  const held: Credentials = {
    find: id => (id === localCredential.id ? [localCredential, reader] : []),
    isEmpty: false,
    restricted: [reader],
  };
  const none: Credentials = { find: () => [], isEmpty: true, restricted: [] };
  return {
    name: `${dialect.id}-head`,
    seeds: () => headSeeds(dialect.id),
    words: HEAD_WORDS,
    limitBytes: HEAD_BYTES,
    run: input => {
      const exchange = exchangeOf(dialect, readHead(input));
      const { operation, tenant } = exchange.location;
      if (tenant !== undefined) dialect.isTenantName(tenant);
      for (const credentials of [held, none]) {
        const authorization = dialect.authorize(exchange, credentials);
        if (authorization.kind === 'refused')
          checkReply(dialect, exchange, replies.error(exchange, authorization.error));
      }
      if (operation.kind === 'unreadable')
        checkReply(dialect, exchange, replies.error(exchange, operation.error));
      checkReply(dialect, exchange, replies.unknownTenant(exchange));
      const fault = replies.fault('request-malformed', exchange);
      checkReply(dialect, exchange, replies.error(exchange, fault));
      const reply = dialect.policyApi?.replies.read(exchange, { policy: { rules: [] } });
      if (reply) checkReply(dialect, exchange, reply);
    },
  };
}

function checkReply(
  dialect: Dialect,
  exchange: Exchange,
  reply: Parameters<Dialect['commonHeaders']>[1],
): void {
  holds(
    reply.status >= 200 && reply.status <= 599 && reply.status !== 500,
    'an answer has a status',
    reply.status,
  );
  holds(!/[^\x20-\x7e]/.test(reply.reason ?? ''), 'a reason is visible ASCII', reply.reason);
  checkHeaders([...reply.headers, ...dialect.commonHeaders(exchange, reply)]);
}

/** The body of a request that sets the policy, with whatever its head says. */
function policyBody(dialect: Dialect): readonly Target[] {
  const { policyApi, replies } = dialect;
  if (!policyApi) return [];
  const target: Target = {
    name: `${dialect.id}-policy-body`,
    seeds: () => headSeeds(dialect.id).filter(seed => seed.includes('\n\n')),
    words: HEAD_WORDS,
    limitBytes: HEAD_BYTES,
    run: input => {
      const end = Buffer.from(input).indexOf('\n\n');
      const request = readHead(end === -1 ? input : input.subarray(0, end));
      const exchange = exchangeOf(dialect, request);
      const read = policyApi.read(exchange, end === -1 ? new Uint8Array() : input.subarray(end + 2));
      if (read.kind === 'refused') checkReply(dialect, exchange, replies.error(exchange, read.error));
      else {
        const policy = read.policy ?? { rules: [] };
        const state = { policy, ...(read.settings && { settings: read.settings }) };
        checkReply(dialect, exchange, policyApi.replies.read(exchange, state));
        checkReply(dialect, exchange, policyApi.replies.stored(exchange));
      }
    },
  };
  return [target];
}

const fields: Target = {
  name: 'header-fields',
  seeds: () => [
    'GET /k HTTP/1.1\nRange: bytes=0-1\nIf-Match: "a", W/"b"\nIf-Modified-Since: Tue, 14 Nov 2023 22:15:00 GMT\nContent-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==',
    'GET /k HTTP/1.1\nRange: bytes=-5\nIf-Range: "a"\nAccept: text/html;q="a\\",b";q=0.5, */*;q=0.1',
    'PUT /k HTTP/1.1\nRange: bytes=99999999999999999999-\nIf-None-Match: *\nx-cos-meta-a: b\nx-cos-meta-a: c\nContent-Type: text/plain',
    'PUT /k HTTP/1.1\nx-cos-copy-source: bucket-1250000000.cos.ap-guangzhou.myqcloud.com/a%2Fb?versionId=1\nIf-Unmodified-Since: 0',
  ],
  words: HEAD_WORDS,
  limitBytes: HEAD_BYTES,
  run: input => {
    const request = readHead(input);
    const value = (name: string): string =>
      request.rawHeaders[
        request.rawHeaders.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name) + 1
      ] ?? '';
    for (const size of [0, 1, 1000, Number.MAX_SAFE_INTEGER]) {
      const range = parseByteRange(value('range'), size);
      if (typeof range === 'object') {
        const { start, end } = range;
        holds(start >= 0 && start <= end && end < size, 'a range is in the object', { range, size });
      }
    }
    holds(/^(?:invalid|[0-9a-f]{32})$/.test(parseContentMd5(value('content-md5'))), 'an MD5 has 16 bytes');
    const chosen = preferredMediaType(value('accept'), ['application/json', 'application/atom+xml']);
    holds(chosen === undefined || chosen.startsWith('application/'), 'a media type is one of those on offer');
    const validators = { etag: '"a"', modifiedAt: NOW };
    evaluatePreconditions(request, validators);
    evaluatePreconditions(request, validators, 'x-cos-copy-source-');
    rangeApplies(request, validators);
    checkHeaders(sentHeaders(request, 'x-cos-meta-'));
    const [cos] = DIALECTS;
    if (cos) readCopySource(exchangeOf(cos, request));
    const header = asHeaderValue(Buffer.from(input).toString('utf8'));
    if (header !== undefined) checkHeaders([['a', header]]);
  },
};

const postPolicy: Target = {
  name: 'post-policy',
  seeds: () => [
    '{"expiration":"2027-01-01T00:00:00Z","conditions":[{"bucket":"b"},["eq","$key","k"],["starts-with","$key","k"],["content-length-range",1,"10"]]}',
    '{"expiration":"2020-01-01","conditions":[]}',
  ],
  limitBytes: HEAD_BYTES,
  run: input => {
    const result = checkPostPolicy(
      Buffer.from(input).toString('utf8'),
      new Map([
        ['key', 'k'],
        ['bucket', 'b'],
      ]),
      NOW,
    );
    if (result.kind === 'violated') holds(result.message.length < 1000, 'a message is short', result.message);
    else if (result.policy.lengthRange)
      holds(Number.isInteger(result.policy.lengthRange.max), 'a length is a number');
  },
};

const PART = 'Content-Disposition: form-data; name=';

/** A form: the header, then the body; it comes in pieces of a length that the input chooses. */
const form: Target = {
  name: 'upload-form',
  seeds: () => [
    `multipart/form-data; boundary=b${DIVIDER}7${DIVIDER}--b\r\n${PART}"key"\r\n\r\nk\r\n--b\r\n${PART}"file"; filename="f"\r\nContent-Type: a/b\r\n\r\nthe file\r\n--b--\r\n`,
    `multipart/form-data; boundary="b c"${DIVIDER}1000${DIVIDER}--b c\r\n${PART}"file"; filename*=utf-8''%e2%82%ac\r\n\r\n\r\n--b c--`,
    `multipart/form-data${DIVIDER}1${DIVIDER}`,
    `multipart/form-data; boundary=b${DIVIDER}3${DIVIDER}--b\r\n${PART}"a"\r\n\r\n1\r\n--b--\r\n`,
  ],
  words: [
    '--b',
    '--b--',
    '\r\n\r\n',
    PART,
    'filename=',
    'name="file"',
    'Content-Type: ',
    'boundary=',
    'charset=utf-16',
  ],
  limitBytes: 128 * 1024,
  run: async input => {
    const [type = '', size = '', ...body] = Buffer.from(input).toString('latin1').split(DIVIDER);
    const bytes = Buffer.from(body.join(DIVIDER), 'latin1');
    const step = Math.max(Math.ceil(bytes.length / 64), Number.parseInt(size, 10) || 1);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    }
    try {
      const { file, fields, close } = await readUploadForm(pieces(), type);
      let length = 0;
      for await (const part of file) length += part.length;
      close();
      holds(length <= bytes.length && fields.size <= 100, 'a form is not more than its body');
    } catch (error) {
      // So it says that it is none.
      if (!(error instanceof Error) || error.name !== 'MalformedFormError') throw error;
    }
  },
};

export const REQUEST_TARGETS: readonly Target[] = [
  ...DIALECTS.map(head),
  ...DIALECTS.flatMap(policyBody),
  fields,
  postPolicy,
  form,
];
