import { formatDiagnostic, type SourceSpan } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { type JsonNode, jsonMember, type ReadJsonResult, readJson } from '../../src/json/read-json.ts';

function read(text: string): ReadJsonResult {
  return readJson(Buffer.from(text, 'utf8'));
}

function parsed(text: string): JsonNode {
  const result = read(text);
  if (result.kind === 'diagnostic') throw new Error(formatDiagnostic(result.diagnostic));
  return result.value;
}

/** `code line:column: parameter` */
function problemOf(result: ReadJsonResult): string {
  if (result.kind === 'value') return 'none';
  const { code, position, parameters } = result.diagnostic;
  const at = position ? ` ${position.line}:${position.column}` : '';
  return `${code}${at}: ${Object.values(parameters).join()}`;
}

/** Every position in the order of the document, a member's before its value's. */
function positionsOf(node: JsonNode): string[] {
  const { line, column } = node.position;
  const inside =
    node.kind === 'array'
      ? node.items.flatMap(positionsOf)
      : node.kind === 'object'
        ? node.members.flatMap(({ position, value }) => [
            `${position.line}:${position.column}`,
            ...positionsOf(value),
          ])
        : [];
  return [`${line}:${column}`, ...inside];
}

/** What stands from where each name and value begins to where it ends, in the order of the document. */
function sourcesOf(document: string, node: JsonNode): readonly string[] {
  const source = ({ position, end }: Required<SourceSpan>): string => {
    const lines = document.split('\n').slice(position.line - 1, end.line);
    lines.push((lines.pop() ?? '').slice(0, end.column - 1));
    return lines.join('\n').slice(position.column - 1);
  };
  const inside =
    node.kind === 'array'
      ? node.items.flatMap(item => sourcesOf(document, item))
      : node.kind === 'object'
        ? node.members.flatMap(member => [source(member), ...sourcesOf(document, member.value)])
        : [];
  return [source(node), ...inside];
}

interface PositionsCase {
  readonly name: string;
  readonly text: string;
  readonly positions: readonly string[];
}

const positions: readonly PositionsCase[] = [
  { name: 'nothing before it', text: '1', positions: ['1:1'] },
  { name: 'blanks before it', text: ' \t\n\r\n  1', positions: ['3:3'] },
  {
    name: 'members and items',
    text: '{"a": [1,\n 2],\n"b":\n{}}',
    positions: ['1:1', '1:2', '1:7', '1:8', '2:2', '3:1', '4:1'],
  },
  { name: 'a carriage return that ends no line', text: '[1,\r2]', positions: ['1:1', '1:2', '1:5'] },
  { name: 'characters of two units before it', text: '["\u{1f600}é",2]', positions: ['1:1', '1:2', '1:8'] },
  { name: 'an escaped line break before it', text: '["\\n",2]', positions: ['1:1', '1:2', '1:7'] },
  { name: 'a byte order mark before it', text: '\ufeff[1]', positions: ['1:1', '1:2'] },
];

interface ProblemCase {
  readonly name: string;
  readonly text: string;
  readonly problem: string;
}

const malformed = (at: string, problem: string): string => `document-malformed ${at}: ${problem}`;
const VALUE = 'a value is expected';
const NAME = 'a name in double quotes is expected';
const ESCAPE = 'a string has an escape that JSON does not know';

const problems: readonly ProblemCase[] = [
  { name: 'nothing', text: '', problem: malformed('1:1', 'it ends where a value is expected') },
  { name: 'blanks only', text: ' \n ', problem: malformed('2:2', 'it ends where a value is expected') },
  { name: 'another document', text: '<a/>', problem: malformed('1:1', VALUE) },
  { name: 'a second value', text: '1\n 2', problem: malformed('2:2', 'there is something after its end') },
  { name: 'an array cut short', text: '[1', problem: malformed('1:3', 'a comma or `]` is expected') },
  {
    name: 'an array cut short behind a comma',
    text: '[1,',
    problem: malformed('1:4', 'it ends where a value is expected'),
  },
  { name: 'a comma behind the last item', text: '[1,]', problem: malformed('1:4', VALUE) },
  { name: 'a comma before the first item', text: '[,1]', problem: malformed('1:2', VALUE) },
  { name: 'items without a comma', text: '[1\n2]', problem: malformed('2:1', 'a comma or `]` is expected') },
  {
    name: 'brackets that do not match',
    text: '[1}',
    problem: malformed('1:3', 'a comma or `]` is expected'),
  },
  { name: 'an object cut short', text: '{"a":1', problem: malformed('1:7', 'a comma or `}` is expected') },
  { name: 'an object cut short before a name', text: '{', problem: malformed('1:2', NAME) },
  {
    name: 'an object cut short before a colon',
    text: '{"a"',
    problem: malformed('1:5', 'a colon is expected'),
  },
  {
    name: 'an object cut short behind a colon',
    text: '{"a":',
    problem: malformed('1:6', 'it ends where a value is expected'),
  },
  { name: 'a comma behind the last member', text: '{"a":1,\n}', problem: malformed('2:1', NAME) },
  { name: 'a name without quotes', text: '{a:1}', problem: malformed('1:2', NAME) },
  { name: 'a name in single quotes', text: "{'a':1}", problem: malformed('1:2', NAME) },
  { name: 'a number as a name', text: '{1:1}', problem: malformed('1:2', NAME) },
  { name: 'a comment', text: '[1, // one\n2]', problem: malformed('1:5', VALUE) },
  { name: 'a string cut short', text: '["ab', problem: malformed('1:5', 'a string does not end') },
  { name: 'a string cut short in an escape', text: '"a\\', problem: malformed('1:3', ESCAPE) },
  {
    name: 'a line break in a string',
    text: '"a\nb"',
    problem: malformed('1:3', 'a string has a control character'),
  },
  { name: 'U+0000 in a string', text: '"\0"', problem: malformed('1:2', 'a string has a control character') },
  { name: 'an unknown escape', text: '"\\x41"', problem: malformed('1:2', ESCAPE) },
  { name: 'an escape of three digits', text: '"\\u041"', problem: malformed('1:2', ESCAPE) },
  {
    name: 'a number with a leading zero',
    text: '[012]',
    problem: malformed('1:3', 'a comma or `]` is expected'),
  },
  { name: 'a number with a plus', text: '+1', problem: malformed('1:1', VALUE) },
  { name: 'a minus alone', text: '-', problem: malformed('1:1', VALUE) },
  { name: 'a number without digits before its point', text: '.5', problem: malformed('1:1', VALUE) },
  {
    name: 'a number without digits behind its point',
    text: '1.',
    problem: malformed('1:2', 'there is something after its end'),
  },
  {
    name: 'a number without digits in its exponent',
    text: '1e+',
    problem: malformed('1:2', 'there is something after its end'),
  },
  {
    name: 'a hexadecimal number',
    text: '0x1',
    problem: malformed('1:2', 'there is something after its end'),
  },
  { name: 'NaN', text: 'NaN', problem: malformed('1:1', VALUE) },
  { name: 'a word in capitals', text: 'True', problem: malformed('1:1', VALUE) },
  {
    name: 'a word that goes on',
    text: 'nullx',
    problem: malformed('1:5', 'there is something after its end'),
  },
  { name: 'another blank', text: '\u00a01', problem: malformed('1:1', VALUE) },
  { name: 'a second byte order mark', text: '\ufeff\ufeff1', problem: malformed('1:1', VALUE) },
  { name: 'a name twice', text: '{"a":1,\n "b":2, "a":3}', problem: 'field-repeated 2:9: a' },
  {
    name: 'a name twice, once with an escape',
    text: '{"a":1,"\\u0061":3}',
    problem: 'field-repeated 1:8: a',
  },
  { name: 'a name twice inside', text: '[{"a":{"b":1,"b":1}}]', problem: 'field-repeated 1:14: b' },
  { name: 'an empty name twice', text: '{"":1,"":1}', problem: 'field-repeated 1:7: ' },
];

interface BytesCase {
  readonly name: string;
  readonly bytes: readonly number[];
}

const notUtf8: readonly BytesCase[] = [
  { name: 'a byte that never occurs', bytes: [0x22, 0xff, 0x22] },
  { name: 'a sequence cut short', bytes: [0x22, 0xe4, 0xb8] },
  { name: 'an overlong slash', bytes: [0x22, 0xc0, 0xaf, 0x22] },
  { name: 'an encoded surrogate', bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
  { name: 'Latin-1', bytes: [0x22, 0xe9, 0x22] },
  { name: 'UTF-16', bytes: [0xff, 0xfe, 0x31, 0x00] },
];

describe('readJson', () => {
  it('knows where names and values end', () => {
    const document = ' {"a" : [1.5e3 ,\n true],\n"\u{1f600}\\"":"x\\u0041", "n":null }\n';
    expect(sourcesOf(document, parsed(document))).toEqual([
      document.trim(),
      '"a"',
      '[1.5e3 ,\n true]',
      '1.5e3',
      'true',
      '"\u{1f600}\\""',
      '"x\\u0041"',
      '"n"',
      'null',
    ]);
  });

  it.each(positions)('knows where a value stands that has $name', ({ text, positions: expected }) => {
    expect(positionsOf(parsed(text))).toEqual(expected);
  });

  it.each(problems)('refuses $name', ({ text, problem }) => {
    expect(problemOf(read(text))).toBe(problem);
  });

  it.each(notUtf8)('refuses what is not UTF-8: $name', ({ bytes }) => {
    expect(problemOf(readJson(Uint8Array.from(bytes)))).toBe('document-malformed: it is not UTF-8');
  });

  it('takes names that differ in case, and equal names of different objects', () => {
    expect(parsed('{"a":{"a":1},"A":{"a":1},"__proto__":1,"constructor":2}').kind).toBe('object');
  });

  it('takes a lone surrogate that is written as an escape', () => {
    expect(parsed('"\\ud800"')).toMatchObject({ kind: 'string', value: '\ud800' });
  });
});

describe('jsonMember', () => {
  it('finds a member of an object', () => {
    expect(jsonMember(parsed('{"a":1,"b":2}'), 'b')).toMatchObject({ kind: 'number', value: 2 });
  });

  it.each(['{}', '{"A":1}', '[1]', '"a"', 'null'])('finds none in %s', text => {
    expect(jsonMember(parsed(text), 'a')).toBeUndefined();
    expect(jsonMember(parsed(text), 'toString')).toBeUndefined();
  });
});
