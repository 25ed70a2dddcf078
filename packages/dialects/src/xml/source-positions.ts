import type { SourcePosition } from '@crossgate/core';

/** Lines and columns of offsets that come in ascending order: the text is gone through once. */
export function sourcePositions(text: string): (offset: number) => SourcePosition {
  const lineBreak = /\r\n?|\n/g;
  let next = lineBreak.exec(text);
  let line = 1;
  let lineStart = 0;
  return offset => {
    while (next && lineBreak.lastIndex <= offset) {
      line += 1;
      lineStart = lineBreak.lastIndex;
      next = lineBreak.exec(text);
    }
    return { line, column: offset - lineStart + 1 };
  };
}

/** Where the text that ends before `end` begins, white space passed over. */
export function textStart(text: string, end: number): number {
  let offset = text.lastIndexOf('>', end - 1) + 1;
  while (offset < end - 1 && isXmlSpace(text.charCodeAt(offset))) offset += 1;
  return offset;
}

/**
 * The first `&` that begins no reference, outside comments and CDATA. A parser reads on from there to the next
 * semicolon, and complains of something far behind.
 */
export function bareAmpersand(text: string): number | undefined {
  const mark = /&(?!#\d+;|#x[\da-f]+;|[\w:.-]+;)|<!--|<!\[CDATA\[/gi;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (found[0] === '&') return found.index;
    const end = text.indexOf(found[0] === '<!--' ? '-->' : ']]>', mark.lastIndex);
    if (end === -1) return undefined;
    mark.lastIndex = end;
  }
  return undefined;
}

/** Without the white space of XML at its ends. A no-break space is text. */
export function trimXmlSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isXmlSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isXmlSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isXmlSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
