import { formatDiagnostic } from '@crossgate/core';
import { describe, expect, it } from 'vitest';
import { type ReadXmlResult, readXml, type XmlElement } from '../../src/xml/read-xml.ts';

function read(text: string): ReadXmlResult {
  return readXml(Buffer.from(text, 'utf8'));
}

function rootOf(text: string): XmlElement {
  const result = read(text);
  if (result.kind !== 'root') throw new Error(formatDiagnostic(result.diagnostic));
  return result.root;
}

/** `code line:column: parameters`, or what should not have been read. */
function problemOf(result: ReadXmlResult): string {
  if (result.kind === 'root') return JSON.stringify(result.root);
  const { code, position, parameters } = result.diagnostic;
  const at = position ? ` ${position.line}:${position.column}` : '';
  return `${code}${at}: ${Object.values(parameters).join()}`;
}

/** Elements as `name@line:column`, depth first. */
function positionsOf({ name, position, children }: XmlElement): readonly string[] {
  return [`${name}@${position.line}:${position.column}`, ...children.flatMap(positionsOf)];
}

/** What stands from where each element begins to where it ends, depth first. Lines end with a line feed here. */
function sourcesOf(document: string, { position, end, children }: XmlElement): readonly string[] {
  const lines = document.split('\n').slice(position.line - 1, end.line);
  lines.push((lines.pop() ?? '').slice(0, end.column - 1));
  const source = lines.join('\n').slice(position.column - 1);
  return [source, ...children.flatMap(child => sourcesOf(document, child))];
}

interface TextCase {
  readonly name: string;
  readonly document: string;
  readonly text: string;
}

const texts: readonly TextCase[] = [
  { name: 'plain text', document: '<a>x y</a>', text: 'x y' },
  { name: 'an empty element', document: '<a></a>', text: '' },
  { name: 'an element closed at once', document: '<a/>', text: '' },
  { name: 'the five entities', document: '<a>&amp;&lt;&gt;&quot;&apos;</a>', text: `&<>"'` },
  { name: 'character references', document: '<a>&#65;&#x1F600;</a>', text: 'A\u{1f600}' },
  { name: 'CDATA', document: '<a><![CDATA[<x> & ]]></a>', text: '<x> &' },
  { name: 'text, CDATA and text', document: '<a>1<![CDATA[<2>]]>3</a>', text: '1<2>3' },
  { name: 'text around a comment', document: '<a>1<!-- & < -->2</a>', text: '12' },
  { name: 'white space around text', document: '<a>\r\n\t x y \n</a>', text: 'x y' },
  { name: 'line breaks within text', document: '<a>1\r\n2\r3\n4</a>', text: '1\n2\n3\n4' },
  { name: 'no-break spaces, which are text', document: '<a>\u00a0x\u00a0</a>', text: '\u00a0x\u00a0' },
  { name: 'characters outside the basic plane', document: '<a>\u{1f600}中</a>', text: '\u{1f600}中' },
];

interface PositionCase {
  readonly name: string;
  readonly document: string;
  readonly positions: readonly string[];
}

const positions: readonly PositionCase[] = [
  { name: 'elements on one line', document: '<a><b>x</b><c/></a>', positions: ['a@1:1', 'b@1:4', 'c@1:12'] },
  {
    name: 'indented elements',
    document: '<a>\n\t<b>\n\t\t<c/>\n\t</b>\n</a>',
    positions: ['a@1:1', 'b@2:2', 'c@3:3'],
  },
  { name: 'CR LF and CR', document: '<a>\r\n<b/>\r <c/></a>', positions: ['a@1:1', 'b@2:1', 'c@3:2'] },
  {
    name: 'an XML declaration',
    document: '<?xml version="1.0"?>\n<a/>',
    positions: ['a@2:1'],
  },
  { name: 'a tag over several lines', document: '<a\n  x="1"\n><b\n/></a>', positions: ['a@1:1', 'b@3:2'] },
  { name: 'a byte order mark', document: '\ufeff<a><b/></a>', positions: ['a@1:1', 'b@1:4'] },
  {
    name: 'characters of two code units',
    document: '<a><b>\u{1f600}</b><c/></a>',
    positions: ['a@1:1', 'b@1:4', 'c@1:13'],
  },
  {
    name: 'comments and CDATA with line breaks and tags',
    document: '<a><!--\n<z>--><b><![CDATA[<z>\n]]></b><c/></a>',
    positions: ['a@1:1', 'b@2:7', 'c@3:8'],
  },
];

interface ProblemCase {
  readonly name: string;
  readonly document: string;
  readonly problem: string;
}

const problems: readonly ProblemCase[] = [
  { name: 'nothing', document: '', problem: 'document-malformed 1:1: document must contain a root element' },
  {
    name: 'white space alone',
    document: ' \n ',
    problem: 'document-malformed 2:1: document must contain a root element',
  },
  {
    name: 'a document type',
    document: '<?xml version="1.0"?>\n<!DOCTYPE a><a/>',
    problem: 'document-forbidden 2:1: a document type (DOCTYPE)',
  },
  {
    name: 'a document type with entities',
    document: '<!DOCTYPE a [\n<!ENTITY x "y">\n]><a>&x;</a>',
    problem: 'document-forbidden 1:1: a document type (DOCTYPE)',
  },
  {
    name: 'a processing instruction',
    document: '<a>\n <?php x?></a>',
    problem: 'document-forbidden 2:2: a processing instruction',
  },
  {
    name: 'a stylesheet before the root',
    document: '<?xml-stylesheet href="x"?><a/>',
    problem: 'document-forbidden 1:1: a processing instruction',
  },
  {
    name: 'an entity that XML does not have',
    document: '<a>\n&nbsp;</a>',
    problem: 'document-malformed 2:6: undefined entity',
  },
  {
    name: 'a reference to U+0000',
    document: '<a>&#0;</a>',
    problem: 'document-malformed 1:7: malformed character entity',
  },
  {
    name: 'a reference to a lone surrogate',
    document: '<a>&#xD800;</a>',
    problem: 'document-malformed 1:11: malformed character entity',
  },
  {
    name: 'a reference to a control character, also in what calls itself XML 1.1',
    document: '<?xml version="1.1"?><a>&#1;</a>',
    problem: 'document-malformed 1:28: malformed character entity',
  },
  { name: 'U+0000', document: '<a>\u0000</a>', problem: 'document-malformed 1:4: disallowed character' },
  { name: 'U+FFFE', document: '<a>\ufffe</a>', problem: 'document-malformed 1:4: disallowed character' },
  {
    name: 'an & of a query',
    document: '<a>\n<b>https://a.com/?x=1&y=2</b>\n<c>&amp;</c></a>',
    problem: 'document-malformed 2:22: an `&` stands for itself only as `&amp;`',
  },
  {
    name: 'an & at the end of a word',
    document: '<a>x & y</a>',
    problem: 'document-malformed 1:6: an `&` stands for itself only as `&amp;`',
  },
  {
    name: 'a second root',
    document: '<a/>\n<b>\n</b>',
    problem: 'document-malformed 2:1: it has more than one root element',
  },
  {
    name: 'text before the root',
    document: '\n junk\n<a/>',
    problem: 'document-malformed 2:2: there is text outside the root element',
  },
  {
    name: 'text after the root',
    document: '<a/>\n junk\n',
    problem: 'document-malformed 2:2: there is text outside the root element',
  },
  { name: 'an element left open', document: '<a>\n<b>', problem: 'document-malformed 2:3: unclosed tag: b' },
  { name: 'a tag left open', document: '<a>\n<b', problem: 'document-malformed 2:2: unclosed tag: a' },
  {
    name: 'elements that overlap',
    document: '<a><b></a></b>',
    problem: 'document-malformed 1:7: `</a>` stands where `</b>` is expected',
  },
  {
    name: 'names that differ in case',
    document: '<a></A>',
    problem: 'document-malformed 1:4: `</A>` stands where `</a>` is expected',
  },
  {
    name: 'a tag that closes nothing',
    document: '<a></a></b>',
    problem: 'document-malformed 1:11: unmatched closing tag: b',
  },
  {
    name: 'an attribute twice',
    document: '<a x="1" x="2"/>',
    problem: 'document-malformed 1:16: duplicate attribute: x',
  },
  {
    name: 'an attribute without quotes',
    document: '<a x=1/>',
    problem: 'document-malformed 1:6: unquoted attribute value',
  },
  {
    name: 'a prefix that is not declared',
    document: '<p:a/>',
    problem: 'document-malformed 1:6: unbound namespace prefix: "p"',
  },
  {
    name: 'text before an element',
    document: '<a>\n x\n<b/></a>',
    problem: 'document-malformed 3:1: `a` has text beside elements',
  },
  {
    name: 'text after an element',
    document: '<a><b/>\n x</a>',
    problem: 'document-malformed 2:2: `a` has text beside elements',
  },
  {
    name: 'a character reference after an element',
    document: '<a><b/>&#65;</a>',
    problem: 'document-malformed 1:8: `a` has text beside elements',
  },
  {
    name: 'CDATA after an element',
    document: '<a><b/>\n<![CDATA[x]]></a>',
    problem: 'document-malformed 2:1: `a` has text beside elements',
  },
  {
    name: 'CDATA before an element',
    document: '<a><![CDATA[x]]><b/></a>',
    problem: 'document-malformed 1:17: `a` has text beside elements',
  },
  {
    name: ']]> in text',
    document: '<a>]]></a>',
    problem: 'document-malformed 1:6: the string "]]>" is disallowed in char data',
  },
  {
    name: 'JSON',
    document: '{"rules":[]}',
    problem: 'document-malformed 1:1: there is text outside the root element',
  },
];

interface BytesCase {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const notUtf8: readonly BytesCase[] = [
  { name: 'a byte that never occurs', bytes: Buffer.from([0x3c, 0x61, 0x2f, 0x3e, 0xff]) },
  { name: 'a sequence cut short', bytes: Buffer.from([0x3c, 0x61, 0x3e, 0xe4, 0xb8]) },
  { name: 'an overlong slash', bytes: Buffer.from([0x3c, 0x61, 0xc0, 0xaf, 0x3e]) },
  { name: 'an encoded surrogate', bytes: Buffer.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80]) },
  { name: 'Latin-1', bytes: Buffer.from('<a>é</a>', 'latin1') },
];

describe('readXml', () => {
  it.each(texts)('reads $name', ({ document, text }) => {
    expect(rootOf(document).text).toBe(text);
  });

  it('knows where elements end', () => {
    const document = '<a>\n\t<b >\u{1f600}\n</b\n> <c x=">"/><d><![CDATA[</d>]]></d\t></a>\n';
    expect(sourcesOf(document, rootOf(document))).toEqual([
      document.trim(),
      '<b >\u{1f600}\n</b\n>',
      '<c x=">"/>',
      '<d><![CDATA[</d>]]></d\t>',
    ]);
  });

  it.each(positions)('knows where the tags begin with $name', ({ document, positions }) => {
    expect(positionsOf(rootOf(document))).toEqual(positions);
  });

  it.each(problems)('refuses $name', ({ document, problem }) => {
    expect(problemOf(read(document))).toBe(problem);
  });

  it.each(notUtf8)('refuses what is not UTF-8: $name', ({ bytes }) => {
    expect(problemOf(readXml(bytes))).toBe('document-malformed: it is not UTF-8');
  });

  it('keeps the white space of the text for those who need it', () => {
    expect(rootOf('<a> x\u00a0\n</a>')).toMatchObject({ text: 'x\u00a0', rawText: ' x\u00a0\n' });
  });

  it('passes over attributes, comments and white space between elements', () => {
    const plain = rootOf('<a><b>x</b></a>');
    const adorned = rootOf('<a z="&lt;">\n<!-- <c/> -->\n<b y=\'"\'>x</b>\n</a>');
    expect(withoutPositions(adorned)).toEqual(withoutPositions(plain));
  });

  it('takes names without their prefix, whatever the namespace', () => {
    const prefixed = rootOf('<p:a xmlns:p="urn:x"><p:b xmlns:p="urn:y"/><b xmlns="urn:z"/></p:a>');
    expect(prefixed).toMatchObject({ name: 'a', children: [{ name: 'b' }, { name: 'b' }] });
  });
});

function withoutPositions({ name, text, children }: XmlElement): unknown {
  return { name, text, children: children.map(withoutPositions) };
}
