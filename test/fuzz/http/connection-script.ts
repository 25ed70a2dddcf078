import { createHash } from 'node:crypto';
import { azureTablesDialect } from '@crossgate/dialects';
import { authorizationOf } from '../../../packages/dialects/test/azure-tables/sign-azure-tables.ts';
import { cosAuthorization, presignCosTarget } from '../../support/sign-cos.ts';
import { presignQingstorTarget, qingstorAuthorization } from '../../support/sign-qingstor.ts';

/*
 * What is sent over one connection, as a text that can be changed anywhere and still means something:
 *
 *   cos sign=header md5 cut=120        the listener, and how
 *   PUT /key?cors HTTP/1.1             a request: its head, a blank line, its body
 *   Host: …
 *
 *   the body
 *   =====                              between requests
 *   …
 *   ~~~~~                              before what an upstream answers, when it is asked
 *   HTTP/1.1 200 OK
 *
 * Lengths are written for those who do not write them, and signatures are right for what they cover, so that changed
 * requests get as far as any client's.
 */

const LISTENERS = ['cos', 'qingstor', 'azure-tables', 'boomi', 'admin'] as const;

export type Listener = (typeof LISTENERS)[number];

/** What names in braces stand for: what only a server knows, such as the id of an upload. */
export type Placeholders = Readonly<Record<string, string>>;

export interface ConnectionScript {
  readonly listener: Listener;
  /** All that is written. */
  readonly bytes: string;
  /** Where the client pauses in it; where it stops, when it does not send all. */
  readonly pieces: readonly string[];
  readonly isCut: boolean;
  readonly requests: readonly SentRequest[];
  readonly upstream: string | undefined;
}

export interface SentRequest {
  readonly method: string;
  /** Whether this is HTTP as a parser takes it, and its length is that of its body. */
  readonly isWellFramed: boolean;
}

/** What comes at once is read at once: many requests take as long as they take one by one. */
const MOST_REQUESTS = 16;

export function readScript(input: string, placeholders: Placeholders): ConnectionScript {
  const filled = input.replace(/\{(\w+)\}/g, (text, name: string) => placeholders[name] ?? text);
  const [sent = '', upstream] = filled.split('\n~~~~~\n', 2);
  const end = sent.indexOf('\n');
  const [name = '', ...options] = sent.slice(0, end === -1 ? sent.length : end).split(' ');
  const listener = LISTENERS.find(each => each === name) ?? 'cos';
  const texts = (end === -1 ? '' : sent.slice(end + 1)).split('\n=====\n').slice(0, MOST_REQUESTS);
  const requests = texts.map((text, i) =>
    writeRequest(text, listener, new Set(i === texts.length - 1 ? [...options, 'last'] : options)),
  );
  const whole = requests.map(({ bytes }) => bytes).join('');
  const cut = Number(/^cut=(\d+)$/m.exec(options.join('\n'))?.[1] ?? Number.POSITIVE_INFINITY);
  const pause = Number(/^pause=(\d+)$/m.exec(options.join('\n'))?.[1] ?? 0);
  const bytes = whole.slice(0, cut);
  return {
    listener,
    bytes,
    pieces: [bytes.slice(0, pause), bytes.slice(pause)].filter(piece => piece !== ''),
    isCut: bytes.length < whole.length,
    requests,
    upstream: upstream?.replaceAll(/\r?\n/g, '\r\n'),
  };
}

interface WrittenRequest extends SentRequest {
  readonly bytes: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

function writeRequest(text: string, listener: Listener, options: ReadonlySet<string>): WrittenRequest {
  const end = text.indexOf('\n\n');
  const [requestLine = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\n');
  const body = end === -1 ? '' : text.slice(end + 2);
  const names = lines.map(line => line.slice(0, Math.max(0, line.indexOf(':'))).toLowerCase());
  const has = (name: string): boolean => names.includes(name);
  const ownFraming = has('content-length') || has('transfer-encoding');
  const chunked = options.has('chunked') && !ownFraming;
  const framing = ownFraming
    ? []
    : [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`];
  const digest = createHash('md5').update(body, 'latin1').digest('base64');
  const md5 = options.has('md5') && !has('content-md5') ? [`Content-MD5: ${digest}`] : [];
  const signed = sign(requestLine, [...lines, ...md5], listener, options);
  const content = chunked
    ? `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
    : body;
  // So the server closes when it has answered: what a client closes, a server need not answer.
  const closing = options.has('last') && !has('connection') ? ['Connection: close'] : [];
  const head = [signed.requestLine, ...signed.lines, ...framing, ...closing];
  const [method = ''] = requestLine.split(' ');
  const parts = requestLine.split(' ');
  const isWellFramed =
    !ownFraming &&
    parts.length === 3 &&
    parts[2] === 'HTTP/1.1' &&
    /^(?:GET|HEAD|PUT|POST|DELETE|OPTIONS)$/.test(method) &&
    /^\/[\x21-\x7e]*$/.test(parts[1] ?? '') &&
    head.slice(1).every((line, i) => TOKEN.test(names[i] ?? 'x') && /^[^:]+:[\t\x20-\x7e]*$/.test(line)) &&
    !['connection', 'expect', 'upgrade'].some(has);
  return { method, isWellFramed, bytes: `${head.join('\r\n')}\r\n\r\n${content}` };
}

const ACCOUNT = azureTablesDialect.localCredential.id;

/** The request with the signature of one who has the local key of the service. */
function sign(
  requestLine: string,
  lines: readonly string[],
  listener: Listener,
  options: ReadonlySet<string>,
): { readonly requestLine: string; readonly lines: readonly string[] } {
  const inHeader = options.has('sign=header');
  const inQuery = options.has('sign=query');
  if (!inHeader && !inQuery) return { requestLine, lines };
  const [method = '', target = '', version = ''] = requestLine.split(' ');
  const headers = Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
    }),
  );
  const headerOf = (wanted: string): string =>
    Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  const host = headerOf('host');
  const date = new Date().toUTCString();
  const withTarget = (signed: string) => ({ requestLine: `${method} ${signed} ${version}`, lines });
  switch (listener) {
    case 'cos': {
      const request = { method, target, headers: { host } };
      if (inQuery) return withTarget(presignCosTarget(request));
      return { requestLine, lines: [...lines, `Authorization: ${cosAuthorization(request)}`] };
    }
    case 'qingstor': {
      if (inQuery)
        return withTarget(
          presignQingstorTarget({ method, target, headers }, Math.floor(Date.now() / 1000) + 600),
        );
      const authorization = qingstorAuthorization({ method, target, headers: { ...headers, Date: date } });
      return { requestLine, lines: [...lines, `Date: ${date}`, `Authorization: ${authorization}`] };
    }
    case 'azure-tables': {
      const [path = '', query = ''] = target.split('?', 2);
      const comp = new URLSearchParams(query).get('comp');
      const authorization = authorizationOf({
        scheme: 'SharedKey',
        method,
        md5: headerOf('content-md5'),
        type: headerOf('content-type'),
        date,
        account: ACCOUNT,
        resource: `/${ACCOUNT}${path}${comp === null ? '' : `?comp=${comp}`}`,
        key: azureTablesDialect.localCredential.secret,
      });
      return { requestLine, lines: [...lines, `x-ms-date: ${date}`, `Authorization: ${authorization}`] };
    }
    case 'boomi': {
      const encoded = Buffer.from('local@crossgate.test:crossgate-local-secret').toString('base64');
      return { requestLine, lines: [...lines, `Authorization: Basic ${encoded}`] };
    }
    case 'admin':
      return { requestLine, lines };
    default:
      return listener satisfies never;
  }
}
