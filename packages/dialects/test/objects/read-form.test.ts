import { describe, expect, it } from 'vitest';
import { MalformedFormError, readUploadForm } from '../../src/objects/read-form.ts';

const TYPE = 'multipart/form-data; boundary=b';
const END = '--b--\r\n';

function field(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

function file(content: string, fileName = 'f.txt', type?: string): string {
  const disposition = `Content-Disposition: form-data; name="file"; filename="${fileName}"`;
  const contentType = type === undefined ? '' : `\r\nContent-Type: ${type}`;
  return `--b\r\n${disposition}${contentType}\r\n\r\n${content}\r\n`;
}

function fields(count: number): string {
  return Array.from({ length: count }, (_, i) => field(`f${i}`, '')).join('');
}

/** Lets everything that is due happen. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

class Gone extends Error {}

interface Sent {
  readonly type?: string;
  readonly chunkBytes?: number;
  /** Whether others can do something between the chunks, and before the end. */
  readonly slow?: boolean;
  /** Thrown where the text ends. */
  readonly error?: Error;
}

/** A body, and whether whoever reads it has let go of it. */
function bodyOf(text: string, { chunkBytes = 65_536, slow = false, error }: Sent = {}) {
  const state = { released: false };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let i = 0; i < bytes.length; i += chunkBytes) {
        yield bytes.subarray(i, i + chunkBytes);
        if (slow) await turn();
      }
      if (error) throw error;
    } finally {
      state.released = true;
    }
  }
  return { state, body: chunks() };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

interface ReadForm {
  readonly fields: readonly (readonly [string, string])[];
  readonly fileName: string;
  readonly fileType: string;
  readonly content: string;
}

/** Reads a form to its end. */
async function read(text: string, sent: Sent = {}): Promise<ReadForm> {
  const form = await readUploadForm(bodyOf(text, sent).body, sent.type ?? TYPE);
  const content = await textOf(form.file);
  return { fields: [...form.fields], fileName: form.fileName, fileType: form.fileType, content };
}

const FORM = field('key', 'k') + file('hello') + END;
const whole: ReadForm = {
  fields: [['key', 'k']],
  fileName: 'f.txt',
  fileType: 'text/plain',
  content: 'hello',
};

interface FormCase {
  readonly name: string;
  readonly text: string;
  readonly expected: Partial<ReadForm>;
}

const forms: readonly FormCase[] = [
  { name: 'a field and a file', text: FORM, expected: whole },
  {
    name: 'a type of the file',
    text: file('x', 'f', 'image/PNG') + END,
    expected: { fileType: 'image/png' },
  },
  { name: 'a file without a name', text: field('file', 'x') + END, expected: { fileName: '', content: 'x' } },
  { name: 'an empty file', text: file('') + END, expected: { content: '' } },
  {
    name: 'a file of line breaks and boundaries that are none',
    text: file('\n--b\r\n-\r\n--c') + END,
    expected: { content: '\n--b\r\n-\r\n--c' },
  },
  {
    name: 'names in any case, the last of a name counting',
    text: field('Key', 'a') + field('KEY', 'b') + file('x') + END,
    expected: { fields: [['key', 'b']] },
  },
  {
    name: 'values in UTF-8',
    text: field('x-qs-meta-a', '中') + file('x', '例.txt') + END,
    expected: { fields: [['x-qs-meta-a', '中']], fileName: '例.txt' },
  },
  { name: 'an empty value', text: field('key', '') + file('x') + END, expected: { fields: [['key', '']] } },
  {
    name: 'a file name with folders',
    text: file('x', '../../a/b.txt') + END,
    expected: { fileName: 'b.txt' },
  },
  {
    name: 'a file name with folders of Windows',
    text: file('x', 'C:\\\\a\\\\b.txt') + END,
    expected: { fileName: 'b.txt' },
  },
  { name: 'a preamble and an epilogue', text: `before\r\n${FORM}after`, expected: whole },
  {
    name: 'a field without a name',
    text: `--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n${FORM}`,
    expected: whole,
  },
  { name: 'a part without a disposition', text: `--b\r\nA: b\r\n\r\nx\r\n${FORM}`, expected: whole },
  {
    name: 'fields behind the file, which do not count',
    text: field('a', '1') + file('x') + field('a', '2') + field('b', '3') + END,
    expected: { fields: [['a', '1']] },
  },
  {
    name: 'very many fields behind the file',
    text: file('x') + fields(150) + END,
    expected: { fields: [], content: 'x' },
  },
  {
    name: 'a second file, which does not count',
    text: file('x', 'f') + file('y', 'g') + END,
    expected: { fileName: 'f', content: 'x' },
  },
  { name: '100 fields', text: fields(100) + file('x') + END, expected: { content: 'x' } },
  {
    name: 'a field of 64 KB',
    text: field('a', 'x'.repeat(65_536)) + file('x') + END,
    expected: { fields: [['a', 'x'.repeat(65_536)]] },
  },
  {
    name: 'a large file',
    text: file('0123456789'.repeat(50_000)) + END,
    expected: { content: '0123456789'.repeat(50_000) },
  },
];

interface MalformedCase {
  readonly name: string;
  readonly text: string;
  readonly type?: string;
  readonly problem: RegExp;
}

const NO_FILE = /no field `file`/;

const malformed: readonly MalformedCase[] = [
  { name: 'another media type', text: FORM, type: 'text/plain', problem: /must be multipart\/form-data/ },
  { name: 'no media type', text: FORM, type: '', problem: /must be multipart\/form-data/ },
  { name: 'no boundary', text: FORM, type: 'multipart/form-data', problem: /Boundary not found/ },
  { name: 'another boundary', text: FORM, type: 'multipart/form-data; boundary=c', problem: NO_FILE },
  { name: 'no body', text: '', problem: NO_FILE },
  { name: 'what is no form', text: 'garbage '.repeat(20_000), problem: NO_FILE },
  { name: 'lines that end with a line feed', text: FORM.replaceAll('\r\n', '\n'), problem: NO_FILE },
  { name: 'no file', text: field('key', 'k') + END, problem: NO_FILE },
  {
    name: 'a file of another field',
    text: file('x').replace('name="file"', 'name="upload"') + END,
    problem: NO_FILE,
  },
  { name: '101 fields', text: fields(101) + file('x') + END, problem: /too many fields/ },
  {
    name: 'a field of more than 64 KB',
    text: field('a', 'x'.repeat(65_537)) + file('x') + END,
    problem: /too long/,
  },
  {
    name: 'a name of more than 256 characters',
    text: field('a'.repeat(257), 'x') + file('x') + END,
    problem: /too long/,
  },
];

/** Where a form can break off: everywhere before its last boundary. */
const cuts = Array.from({ length: FORM.indexOf(END) + '--b--'.length }, (_, length) => FORM.slice(0, length));

describe('readUploadForm', () => {
  it.each(forms)('reads $name', async ({ text, expected }) => {
    expect(await read(text)).toMatchObject(expected);
    expect(await read(text, { chunkBytes: 7 })).toMatchObject(expected);
  });

  it.each(malformed)('refuses $name', async ({ text, type, problem }) => {
    const failure = read(text, type === undefined ? {} : { type });
    await expect(failure).rejects.toThrow(MalformedFormError);
    await expect(failure).rejects.toThrow(problem);
  });

  it.each([
    { name: 'bytes', sent: { chunkBytes: 1 } },
    { name: 'chunks', sent: { chunkBytes: 7 } },
    { name: 'one', sent: {} },
    { name: 'chunks that take their time', sent: { chunkBytes: 65, slow: true } },
  ])('never takes a form that was cut short for a whole one (in $name)', async ({ sent }) => {
    for (const text of cuts) await expect(read(text, sent)).rejects.toThrow(MalformedFormError);
    expect(await read(FORM.slice(0, -2), sent)).toEqual(whole);
  });

  it.each([1, 65_536])('throws what the body throws, wherever it does (chunks of %i)', async chunkBytes => {
    for (const text of cuts) {
      await expect(read(text, { chunkBytes, error: new Gone('gone') })).rejects.toThrow(Gone);
    }
  });

  it.each([
    { name: 'breaks off', sent: {} },
    { name: 'fails', sent: { error: new Gone('gone') } },
  ])('leaves one alone who does not read a file that $name', async ({ sent }) => {
    const { body, state } = bodyOf(FORM.slice(0, -8), { ...sent, chunkBytes: 1 });
    const form = await readUploadForm(body, TYPE);
    while (!state.released) await turn();
    form.close();
    await expect(textOf(form.file)).rejects.toThrow();
  });

  it('lets go of the body when it is closed, read or not', async () => {
    const { body, state } = bodyOf(file('x'.repeat(5_000_000)) + END);
    const form = await readUploadForm(body, TYPE);
    expect(state.released).toBe(false);
    form.close();
    while (!state.released) await turn();
    form.close();
  });

  it('lets go of the body when the form is malformed', async () => {
    const { body, state } = bodyOf(fields(101) + file('x'.repeat(5_000_000)) + END);
    await expect(readUploadForm(body, TYPE)).rejects.toThrow(MalformedFormError);
    while (!state.released) await turn();
  });
});

describe('readUploadForm of a form with a long part that nobody reads', () => {
  const LONG = 'x'.repeat(200_000);
  const nameless = `--b\r\nContent-Type: text/plain\r\n\r\n${LONG}\r\n`;

  it.each([
    { name: 'a second file', text: file('hello') + file(LONG) + END },
    { name: 'a part without a name behind the file', text: file('hello') + nameless + END },
    { name: 'a part without a name before the file', text: nameless + file('hello') + END },
  ])('passes over $name, in chunks of any length', async ({ text }) => {
    for (const chunkBytes of [997, 1_266, 16_384, 65_536, 1_000_000]) {
      expect((await read(text, { chunkBytes })).content).toBe('hello');
    }
  });

  it.each([997, 65_536, 1_000_000])('finds no file in chunks of %d bytes', async chunkBytes => {
    await expect(read(nameless + END, { chunkBytes })).rejects.toThrow('the form has no field `file`');
  });
});
