import { formatDiagnostic } from '@crossgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml, type XmlElement } from '../../src/xml/read-xml.ts';
import { writeXml, type XmlNode } from '../../src/xml/write-xml.ts';

/** Characters that XML can hold; none of them white space, so that they may stand at the ends of a text. */
const solid = fc
  .oneof(
    fc.constantFrom('&', '<', '>', '"', "'", ']', ';', '#', '\u00a0', '\u0085', '\u2028', '\ufeff'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML cannot hold
  .filter(character => /^[^\u0000-\u0020\ufffe\uffff\p{Surrogate}]+$/u.test(character));

const inner = fc.oneof({ weight: 3, arbitrary: solid }, fc.constantFrom(' ', '\t', '\n', '\r', '\r\n'));

/** Text without white space at its ends, which is not part of the content. */
const text = fc
  .tuple(solid, fc.array(inner, { maxLength: 8 }), solid)
  .map(([first, middle, last]) => first + middle.join('') + last);

const name = fc.constantFrom('a', 'B', 'c-d', '_e', 'f.1', 'é', '中');

const { tree } = fc.letrec<{ tree: XmlNode; nodes: XmlNode[] }>(tie => ({
  tree: fc.tuple(
    name,
    fc.oneof({ maxDepth: 6, depthSize: 'small' }, fc.option(text, { nil: undefined }), tie('nodes')),
  ),
  nodes: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
}));

function treeOf({ name, text, children }: XmlElement): XmlNode {
  return [name, children.length > 0 ? children.map(treeOf) : text === '' ? undefined : text];
}

describe('readXml', () => {
  it('reads what writeXml has written', () => {
    fc.assert(
      fc.property(tree, written => {
        const document = writeXml([written]);
        const result = readXml(Buffer.from(document, 'utf8'));
        if (result.kind !== 'root') throw new Error(formatDiagnostic(result.diagnostic));
        expect(treeOf(result.root)).toEqual(written);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<a>',
        '</a>',
        '<a/>',
        '<!DOCTYPE a',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '&',
        '&amp;',
        '<?',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.uint8Array({ maxLength: 3 }), (pieces, bytes) => {
        const result = readXml(Buffer.concat([Buffer.from(pieces.join(''), 'utf8'), bytes]));
        expect(['root', 'diagnostic']).toContain(result.kind);
      }),
    );
  });
});
