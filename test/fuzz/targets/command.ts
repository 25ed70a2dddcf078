import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@crossgate/core';
import { DIALECTS } from '@crossgate/dialects';
import { readServeConfig } from '@crossgate/server';
import { changedRecords } from '../../../packages/cli/src/compare-log.ts';
import { curlActual, curlPreflight } from '../../../packages/cli/src/curl-line.ts';
import { CommandError } from '../../../packages/cli/src/exit-code.ts';
import { formatDiagnostics } from '../../../packages/cli/src/format-diagnostics.ts';
import { readHeader } from '../../../packages/cli/src/read-header.ts';
import { readLog } from '../../../packages/cli/src/recorded-requests.ts';
import { renderLines } from '../../../packages/cli/src/styled-text.ts';
import { headersIn, queryOf, requestIn } from '../../../packages/console/src/try/try-query.ts';
import { readShape } from '../../../packages/server/src/admin/read-shape.ts';
import {
  COMPARE_BODY,
  CONVERT_BODY,
  EXPLAIN_BODY,
  POLICY_SOURCE,
  PROMOTION,
  REFUSALS_QUERY,
} from '../../../packages/server/src/admin/schemas.ts';
import { holds, type Target } from '../target.ts';
import { sameJson } from './properties.ts';
import { CORS_WORDS, DIVIDER, goldenDocuments, partsOf } from './seeds.ts';

const FILE_BYTES = 64 * 1024;

const CONFIG = `# all there is
portBase: 4000
dataDirectory: ./data
workers: 2
logLevel: info
limits: { headerBytes: 65536, idleSeconds: 120 }
store: { etcd: { endpoints: [ 'http://127.0.0.1:2379' ], prefix: /crossgate/ } }
dialects:
  cos:
    host: 127.0.0.1
    credentials:
      - { id: a, secret: { env: SECRET }, tenant: one-1250000000 }
    upstream: https://cos.ap-guangzhou.myqcloud.com
    tenants: { one-1250000000: { upstream: { url: 'https://a.example', headersTimeoutSeconds: 5 } } }
  boomi: false
`;

const configuration: Target = {
  name: 'configuration',
  seeds: () => [
    CONFIG,
    'dialects: { qingstor: { port: 1 } }',
    '',
    '- a\n- *b\n- !!c d',
    'a: &b [1]\nc: |\n  d\n',
  ],
  words: [
    '__proto__: ',
    '!!binary ',
    '&a ',
    '*a',
    '<<: ',
    '? ',
    '- ',
    '\n  ',
    '|\n',
    '>-\n',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '"\\x41"',
    '0o17',
    '.inf',
    '~',
  ],
  // It is the file of whoever runs the server, and read before anybody waits for it.
  limitBytes: 8 * 1024,
  limitMilliseconds: 500,
  run: input => {
    const text = Buffer.from(input).toString('utf8');
    const read = readServeConfig({}, { SECRET: 'a-secret-of-some-length' }, { name: 'c.yaml', text });
    if (read.kind === 'config') return;
    const lines = text.split(/\r\n|\n/).length;
    for (const mistake of read.message.split('\n')) {
      const [, line] = /^c\.yaml:(\d+):(\d+): ./.exec(mistake) ?? [];
      holds(Number(line) >= 1 && Number(line) <= lines + 1, 'a mistake has a place in the file', mistake);
    }
  },
};

const SHAPES = [COMPARE_BODY, CONVERT_BODY, EXPLAIN_BODY, POLICY_SOURCE, PROMOTION, REFUSALS_QUERY];

const adminBody: Target = {
  name: 'admin-body',
  seeds: () => [
    '{"dialect":"cos","policy":{"rules":[]},"request":{"origin":"https://a.example","method":"PUT","headers":{"content-type":"a/b"},"credentials":"include","url":"https://b.example/"}}',
    '{"old":{"tenant":"cos/a-1250000000"},"new":{"dialect":"cos","policy":"<CORSConfiguration/>"}}',
    '{"dialect":"cos","to":"boomi","policy":{"rules":[]},"inexpressible":"widen"}',
    '{"policyRevision":1,"candidateRevision":2}',
    '{"order":"newest","limit":"1000"}',
  ],
  words: CORS_WORDS,
  limitBytes: FILE_BYTES,
  run: input => {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(input).toString('utf8'));
    } catch {
      return;
    }
    for (const shape of SHAPES) {
      const read = readShape(shape, value);
      if ('refused' in read)
        holds(read.refused.status === 400, 'what has another shape is refused', read.refused);
    }
  },
};

const SCREEN = { width: 80, hasColor: false };

/** What a person sees of a document that has mistakes: nothing in it may move the cursor. */
const shownDocument: Target = {
  name: 'shown-document',
  seeds: () => [
    ...goldenDocuments('cos'),
    ...goldenDocuments('qingstor'),
    ...goldenDocuments('azure-tables'),
  ],
  words: ['\u001b[2J', '\u0007', '\u202e', '\u200d', '\u{1f468}\u200d\u{1f469}', '漢字', '\t', '\r'],
  limitBytes: FILE_BYTES,
  run: input => {
    const text = new TextDecoder().decode(input);
    for (const { policyApi } of DIALECTS) {
      const read = policyApi?.document.parse(input);
      if (read?.kind !== 'diagnostics') continue;
      const shown = renderLines(formatDiagnostics(read.diagnostics, { name: 'c.xml', text }, SCREEN), SCREEN);
      holds(
        !/[^\n\P{Cc}]/u.test(shown),
        'what is shown has no control characters',
        shown.match(/.{0,40}[^\n\P{Cc}].{0,40}/u)?.[0],
      );
    }
  },
};

/** The words of a command line, as a POSIX shell reads it: single quotes, and a backslash outside of them. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (character === "'") {
      const end = line.indexOf("'", i + 1);
      holds(end !== -1, 'a quote ends');
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (character === '\\') {
      i += 1;
      word = (word ?? '') + (line[i] ?? '');
    } else if (character === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      holds(/[\w@%+=:,./-]/.test(character), 'what a shell acts on is quoted', { line, character });
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

const curlLine: Target = {
  name: 'curl-line',
  seeds: () => [['https://a.example', 'PUT', 'x-a,x-b'].join(DIVIDER), ["it's", '$(a)', '`b`'].join(DIVIDER)],
  words: ["'", '"', '$(', '`', '\\', '\n', '!', "'\\''", ';', '&', '|', '#', '~', '*'],
  limitBytes: 4_096,
  run: input => {
    const [origin = '', method = '', header = ''] = partsOf(input);
    const [dialect] = DIALECTS;
    if (!dialect) return;
    const words = shellWords(curlPreflight({ origin, method, headers: [header] }, dialect).join(' '));
    holds(
      words.includes(`Origin: ${origin}`) && words.at(-1) === `Access-Control-Request-Headers: ${header}`,
      'a shell reads what is meant',
      words,
    );
    holds(
      shellWords(curlActual({ origin, method, headers: [] }, dialect).join(' '))[3] === method,
      'a shell reads the method',
    );
    try {
      readHeader(header);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  },
};

const PREFLIGHT =
  '{"level":30,"dialect":"cos","kind":"preflight","tenant":"a-1250000000","origin":"https://a.example","requestMethod":"PUT","requestHeaders":"x-a, x-b","msg":"refused"}';
const ACTUAL =
  '{"level":20,"dialect":"cos","kind":"data","tenant":null,"origin":"https://a.example","method":"GET"}';

const directory = mkdtempSync(join(tmpdir(), 'crossgate-fuzz-log-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const log: Target = {
  name: 'log',
  seeds: () => [`${PREFLIGHT}\n${ACTUAL}\n\nsome words\n${PREFLIGHT}`, '[]\nnull\n1\n"a"', ACTUAL],
  words: [...CORS_WORDS, '\n', PREFLIGHT, ACTUAL, 'null', '__proto__'],
  limitBytes: FILE_BYTES,
  run: async input => {
    const file = join(directory, 'server.log');
    writeFileSync(file, input);
    const [dialect] = DIALECTS;
    if (!dialect) return;
    const recorded = await readLog(file, dialect.id);
    const rule = {
      allowedOrigins: ['*'],
      allowedMethods: ['GET', 'PUT'],
      allowedHeaders: ['x-*'],
      exposeHeaders: [],
    };
    const [none, some] = [{ rules: [] }, { rules: [rule] }].map(policy => compile(policy, dialect.profile));
    if (none && some) changedRecords(recorded, none, some);
  },
};

const DEFAULTS = { origin: 'https://a.example', url: 'https://b.example/', method: 'GET' };

const link: Target = {
  name: 'console-link',
  seeds: () => [
    'origin=https://a.example&url=https://b.example/c&method=PUT&headers=x-a%3A+1%0Ax-b&credentials=include&by=draft',
    'headers=%0A%3A%0A+',
  ],
  words: ['%0A', '%', '+', '&', '=', 'credentials=omit', '%ED%A0%80'],
  limitBytes: 8_192,
  run: input => {
    const tried = requestIn(new URLSearchParams(Buffer.from(input).toString('utf8')), DEFAULTS);
    for (const { name } of headersIn(tried.headers))
      holds(!name.includes('\n'), 'a name is of one line', name);
    if (tried.origin === '' || tried.url === '' || tried.method === '') return;
    const again = requestIn(new URLSearchParams(queryOf(tried).toString()), DEFAULTS);
    holds(sameJson(again, tried), 'a link is read as it was written', { tried, again });
  },
};

export const COMMAND_TARGETS: readonly Target[] = [
  configuration,
  adminBody,
  shownDocument,
  curlLine,
  log,
  link,
];
