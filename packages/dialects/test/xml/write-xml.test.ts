import { describe, expect, it } from 'vitest';
import { escapeXml, writeXml, writeXmlLine, type XmlNode } from '../../src/xml/write-xml.ts';

interface EscapeCase {
  readonly name: string;
  readonly text: string;
  readonly escaped: string;
}

const escapes: readonly EscapeCase[] = [
  {
    name: 'markup and quotes',
    text: `<a b="c">'&'</a>`,
    escaped: '&lt;a b=&quot;c&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;',
  },
  { name: 'what is escaped already, again', text: '&amp;', escaped: '&amp;amp;' },
  { name: 'the end of CDATA', text: ']]>', escaped: ']]&gt;' },
  { name: 'tab and line feed', text: 'a\tb\nc', escaped: 'a\tb\nc' },
  {
    name: 'a carriage return, which a reader would take for a line feed',
    text: 'a\r\nb\r',
    escaped: 'a&#13;\nb&#13;',
  },
  { name: 'control characters', text: '\u0000\u0008\u000b\u000c\u001f', escaped: '\ufffd'.repeat(5) },
  {
    name: 'DEL and C1 controls, which XML 1.0 has',
    text: '\u007f\u0085\u009f',
    escaped: '\u007f\u0085\u009f',
  },
  { name: 'a lone high surrogate', text: 'a\ud800b', escaped: 'a\ufffdb' },
  { name: 'a lone low surrogate', text: 'a\udc00', escaped: 'a\ufffd' },
  { name: 'surrogates in the wrong order', text: '\udc00\ud800', escaped: '\ufffd\ufffd' },
  { name: 'a surrogate pair', text: '\u{1f600}', escaped: '\u{1f600}' },
  { name: 'noncharacters', text: '\ufffe\uffff\ufffd', escaped: '\ufffd\ufffd\ufffd' },
];

interface WriteCase {
  readonly name: string;
  readonly nodes: readonly XmlNode[];
  readonly document: string;
}

const documents: readonly WriteCase[] = [
  { name: 'nothing', nodes: [], document: '' },
  { name: 'text', nodes: [['a', 'x']], document: '<a>x</a>' },
  { name: 'no content', nodes: [['a', undefined]], document: '<a/>' },
  { name: 'empty text', nodes: [['a', '']], document: '<a/>' },
  { name: 'no elements', nodes: [['a', []]], document: '<a/>' },
  { name: 'white space, kept', nodes: [['a', ' ']], document: '<a> </a>' },
  {
    name: 'several elements',
    nodes: [
      ['a', '1'],
      ['b', '2'],
    ],
    document: '<a>1</a>\n<b>2</b>',
  },
  {
    name: 'elements in elements',
    nodes: [
      [
        'a',
        [
          ['b', [['c', '<']]],
          ['d', undefined],
        ],
      ],
    ],
    document: '<a>\n\t<b>\n\t\t<c>&lt;</c>\n\t</b>\n\t<d/>\n</a>',
  },
];

describe('escapeXml', () => {
  it.each(escapes)('writes $name', ({ text, escaped }) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

describe('writeXml', () => {
  it.each(documents)('writes $name', ({ nodes, document }) => {
    expect(writeXml(nodes)).toBe(document);
  });
});

describe('writeXmlLine', () => {
  it('writes elements behind one another, empty ones with a blank', () => {
    expect(
      writeXmlLine([
        [
          'a',
          [
            ['b', 'x<'],
            ['c', ''],
          ],
        ],
        ['d', []],
        ['e', undefined],
      ]),
    ).toBe('<a><b>x&lt;</b><c /></a><d /><e />');
  });
});
