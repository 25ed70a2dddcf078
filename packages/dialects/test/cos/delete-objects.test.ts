import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Acl, openObjectStore } from '@crossgate/object-store';
import { describe, expect, it } from 'vitest';
import { openCosDataApi } from '../../src/cos/data-api.ts';
import { locateCos } from '../../src/cos/routes.ts';
import type { Authorization } from '../../src/dialect.ts';
import type { Reply } from '../../src/exchange.ts';
import { held } from '../held-credentials.ts';
import { BUCKET, exchangeOf, type Pairs } from './cos-exchange.ts';

interface Sent {
  readonly headers?: Pairs;
  readonly authorization?: Authorization;
  readonly acl?: Acl | undefined;
  /** The keys that there are before. */
  readonly stored?: readonly string[];
}

interface Answer {
  readonly reply: Reply;
  /** Those of the stored keys that there are no more. */
  readonly deleted: readonly string[];
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Sends a document to a store of its own with one bucket; without `acl` with none. */
async function post(document: string, sent: Sent = {}): Promise<Answer> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-delete-'));
  const objects = await openObjectStore({ directory });
  try {
    const acl = 'acl' in sent ? sent.acl : 'private';
    const stored = sent.stored ?? [];
    if (acl) await objects.createBucket({ name: BUCKET, acl, region: 'ap-guangzhou' });
    for (const key of stored)
      await objects.commit(BUCKET, key, await objects.stage(nothing()), { headers: [] });
    const bytes = Buffer.from(document, 'utf8');
    const exchange = exchangeOf({ method: 'POST', target: '/?delete', headers: sent.headers ?? [] });
    const body = {
      lengthBytes: bytes.length,
      stream: nothing,
      read: async (limitBytes: number): Promise<Uint8Array | 'too-large'> =>
        bytes.length > limitBytes ? 'too-large' : bytes,
    };
    const api = openCosDataApi({ objects, deletePolicy: async () => {} });
    const reply = await api.handle({
      exchange: { ...exchange, location: locateCos(exchange.request) },
      authorization: sent.authorization ?? { kind: 'signed', credentialId: 'a', role: 'all' },
      body,
      credentials: held(),
      roleProblem: () => undefined,
    });
    return { reply, deleted: stored.filter(key => objects.head(BUCKET, key) === undefined) };
  } finally {
    await objects.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** With line breaks of CR LF, by which it has the documented Content-MD5. */
const SAMPLE = `<Delete>
	<Quiet>false</Quiet>
	<Object>
		<Key>example-object-1.jpg</Key>
	</Object>
	<Object>
		<Key>example-object-2.jpg</Key>
	</Object>
</Delete>`.replaceAll('\n', '\r\n');

function objectsOf(keys: readonly string[]): string {
  return keys.map(key => `<Object><Key>${key}</Key></Object>`).join('');
}

interface RefusedCase {
  readonly name: string;
  readonly document: string;
  readonly sent?: Sent;
  readonly code: string;
  readonly message: RegExp;
}

const refused: readonly RefusedCase[] = [
  { name: 'what is not XML', document: '{}', code: 'MalformedXML', message: /line 1, column 1/ },
  {
    name: 'another root',
    document: '<Remove/>',
    code: 'MalformedXML',
    message: /found Remove, expected Delete/,
  },
  { name: 'no object', document: '<Delete/>', code: 'MalformedXML', message: /at least one Object/ },
  {
    name: 'an unknown element',
    document: `<Delete>\n ${objectsOf(['a'])}<Objects/></Delete>`,
    code: 'MalformedXML',
    message: /^line 2, column 31: found Objects, expected Quiet or Object$/,
  },
  {
    name: 'an object without a key',
    document: `<Delete>${objectsOf(['a'])}<Object/></Delete>`,
    code: 'MalformedXML',
    message: /an Object with a Key/,
  },
  {
    name: 'an object with an empty key',
    document: `<Delete>${objectsOf(['a', ''])}</Delete>`,
    code: 'MalformedXML',
    message: /an Object with a Key/,
  },
  {
    name: '1001 objects',
    document: `<Delete>${objectsOf(Array.from({ length: 1001 }, (_, i) => `k${i}`))}</Delete>`,
    code: 'MalformedXML',
    message: /1001 objects, 1000 is the limit/,
  },
  {
    name: 'a wrong digest',
    document: SAMPLE,
    sent: { headers: [['Content-MD5', createHash('md5').update('').digest('base64')]] },
    code: 'BadDigest',
    message: /Content-MD5/,
  },
  {
    name: 'more than 8 MB',
    document: ' '.repeat(8 * 1024 * 1024 + 1),
    code: 'EntityTooLarge',
    message: /larger than this operation takes/,
  },
  {
    name: 'an unknown bucket',
    document: SAMPLE,
    sent: { acl: undefined },
    code: 'NoSuchBucket',
    message: /does not exist/,
  },
  {
    name: 'nobody, where everybody may only read',
    document: SAMPLE,
    sent: { authorization: { kind: 'anonymous' }, acl: 'public-read' },
    code: 'AccessDenied',
    message: /Access Denied/,
  },
];

describe('POST /?delete', () => {
  it('answers the documented request as documented', async () => {
    const { reply, deleted } = await post(SAMPLE, {
      headers: [['Content-MD5', 'zUd/xgzNGDrqJMJUOWV2AQ==']],
      stored: ['example-object-1.jpg', 'example-object-3.jpg'],
    });
    expect(deleted).toEqual(['example-object-1.jpg']);
    expect(reply).toEqual({
      status: 200,
      headers: [
        ['Content-Type', 'application/xml'],
        ['Content-Length', '144'],
      ],
      body:
        '<DeleteResult>\n\t<Deleted>\n\t\t<Key>example-object-1.jpg</Key>\n\t</Deleted>\n' +
        '\t<Deleted>\n\t\t<Key>example-object-2.jpg</Key>\n\t</Deleted>\n</DeleteResult>',
    });
  });

  it.each(['true', 'True', ' true '])(
    'answers a quiet request (%s) with 15 bytes, wherever it says so',
    async quiet => {
      const { reply, deleted } = await post(`<Delete>${objectsOf(['a'])}<Quiet>${quiet}</Quiet></Delete>`, {
        stored: ['a', 'b'],
      });
      expect(deleted).toEqual(['a']);
      expect(reply.body).toBe('<DeleteResult/>');
      expect(reply.headers).toContainEqual(['Content-Length', '15']);
    },
  );

  it('deletes the key that is written, white space and all', async () => {
    const { reply, deleted } = await post(
      `<Delete>${objectsOf([' a ', ' ', '\u00a0b', '&lt;&amp;&#233;'])}</Delete>`,
      { stored: [' a ', 'a', ' ', '\u00a0b', 'b', '<&é'] },
    );
    expect(deleted).toEqual([' a ', ' ', '\u00a0b', '<&é']);
    expect(reply.body).toContain('<Key> a </Key>');
    expect(reply.body).toContain('<Key>&lt;&amp;é</Key>');
  });

  it('takes 1000 objects, and keys of 850 bytes', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(850, 'x'));
    const stored = [keys[0] ?? '', keys[999] ?? ''];
    const { reply, deleted } = await post(`<Delete>${objectsOf(keys)}</Delete>`, { stored });
    expect(reply.status).toBe(200);
    expect(deleted).toEqual(stored);
    expect(String(reply.body).match(/<Deleted>/g)).toHaveLength(1000);
  });

  it.each(['true', 'false'])(
    'fails for a key that is too long, and for no other (quiet: %s)',
    async quiet => {
      const long = `${'中'.repeat(283)}ab`;
      const { reply, deleted } = await post(
        `<Delete><Quiet>${quiet}</Quiet>${objectsOf([long, 'b'])}</Delete>`,
        { stored: ['b'] },
      );
      expect(deleted).toEqual(['b']);
      expect(reply.status).toBe(200);
      expect(reply.body).toContain(
        `\t<Error>\n\t\t<Key>${long}</Key>\n\t\t<Code>KeyTooLong</Code>\n\t\t<Message>The object key must`,
      );
      expect(String(reply.body).includes('<Deleted>')).toBe(quiet === 'false');
    },
  );

  it('deletes for everybody where everybody may write', async () => {
    const stored = ['example-object-1.jpg'];
    const sent = { authorization: { kind: 'anonymous' }, acl: 'public-read-write', stored } as const;
    expect((await post(SAMPLE, sent)).deleted).toEqual(stored);
  });

  it('fails for a version, of which there are none, and keeps the object', async () => {
    const versions =
      '<Object><Key>a</Key><VersionId>1</VersionId></Object><Object><Key>b</Key><VersionId/></Object>';
    const { reply, deleted } = await post(`<Delete>${versions}</Delete>`, { stored: ['a', 'b'] });
    expect(deleted).toEqual(['b']);
    expect(reply.body).toContain('<Key>a</Key>\n\t\t<Code>NotImplemented</Code>');
  });

  it.each(refused)('refuses $name and deletes nothing', async ({ document, sent, code, message }) => {
    const stored = sent && 'acl' in sent && !sent.acl ? [] : ['a', 'example-object-1.jpg'];
    const { reply, deleted } = await post(document, { ...sent, stored });
    expect(reply.errorCode).toBe(code);
    expect(/<Message>(.*)<\/Message>/.exec(String(reply.body))?.[1]).toMatch(message);
    expect(deleted).toEqual([]);
  });
});
