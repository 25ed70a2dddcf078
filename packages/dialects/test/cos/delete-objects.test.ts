import { createHash } from 'node:crypto';
import type { Acl, ObjectStore } from '@crossgate/object-store';
import { describe, expect, it } from 'vitest';
import { deleteObjects } from '../../src/cos/delete-objects.ts';
import type { Authorization } from '../../src/dialect.ts';
import type { Reply } from '../../src/exchange.ts';
import { exchangeOf, type Pairs } from './cos-exchange.ts';

interface Sent {
  readonly headers?: Pairs;
  readonly authorization?: Authorization;
  readonly acl?: Acl | undefined;
}

interface Answer {
  readonly reply: Reply;
  readonly deleted: readonly string[];
}

/** The answer, and the keys that were deleted, from a store that has one bucket. */
async function post(document: string, sent: Sent = {}): Promise<Answer> {
  const deleted: string[] = [];
  const acl = 'acl' in sent ? sent.acl : 'private';
  const bytes = Buffer.from(document, 'utf8');
  const unused = (): never => {
    throw new Error('not a matter of deleting');
  };
  const objects: ObjectStore = {
    createBucket: unused,
    bucket: name => acl && { name, acl, createdAt: 0, region: 'ap-guangzhou' },
    buckets: unused,
    deleteBucket: unused,
    stage: unused,
    commit: unused,
    discard: unused,
    head: unused,
    open: unused,
    deleteObject: async (_, key) => deleted.push(key) > 0,
    listObjects: unused,
    close: unused,
  };
  const reply = await deleteObjects({
    exchange: exchangeOf({ method: 'POST', target: '/?delete', headers: sent.headers ?? [] }),
    authorization: sent.authorization ?? { kind: 'signed', credentialId: 'a' },
    body: {
      lengthBytes: bytes.length,
      stream: unused,
      read: async limitBytes => (bytes.length > limitBytes ? 'too-large' : bytes),
    },
    services: { objects, deletePolicy: unused },
  });
  return { reply, deleted };
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

describe('deleteObjects', () => {
  it('answers the documented request as documented', async () => {
    const { reply, deleted } = await post(SAMPLE, { headers: [['Content-MD5', 'zUd/xgzNGDrqJMJUOWV2AQ==']] });
    expect(deleted).toEqual(['example-object-1.jpg', 'example-object-2.jpg']);
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
      const { reply, deleted } = await post(`<Delete>${objectsOf(['a'])}<Quiet>${quiet}</Quiet></Delete>`);
      expect(deleted).toEqual(['a']);
      expect(reply.body).toBe('<DeleteResult/>');
      expect(reply.headers).toContainEqual(['Content-Length', '15']);
    },
  );

  it('deletes the key that is written, white space and all', async () => {
    const { reply, deleted } = await post(
      `<Delete>${objectsOf([' a ', ' ', '\u00a0b', '&lt;&amp;&#233;'])}</Delete>`,
    );
    expect(deleted).toEqual([' a ', ' ', '\u00a0b', '<&é']);
    expect(reply.body).toContain('<Key> a </Key>');
    expect(reply.body).toContain('<Key>&lt;&amp;é</Key>');
  });

  it('takes 1000 objects, and keys of 850 bytes', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(850, 'x'));
    const { reply, deleted } = await post(`<Delete>${objectsOf(keys)}</Delete>`);
    expect(reply.status).toBe(200);
    expect(deleted).toEqual(keys);
  });

  it.each(['true', 'false'])(
    'fails for a key that is too long, and for no other (quiet: %s)',
    async quiet => {
      const long = `${'中'.repeat(283)}ab`;
      const { reply, deleted } = await post(
        `<Delete><Quiet>${quiet}</Quiet>${objectsOf([long, 'b'])}</Delete>`,
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
    const anonymous = { authorization: { kind: 'anonymous' }, acl: 'public-read-write' } as const;
    expect((await post(SAMPLE, anonymous)).deleted).toHaveLength(2);
  });

  it.each(refused)('refuses $name and deletes nothing', async ({ document, sent, code, message }) => {
    const { reply, deleted } = await post(document, sent);
    expect(reply.errorCode).toBe(code);
    expect(/<Message>(.*)<\/Message>/.exec(String(reply.body))?.[1]).toMatch(message);
    expect(deleted).toEqual([]);
  });
});
