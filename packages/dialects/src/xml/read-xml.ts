import { type Diagnostic, diagnostic, type SourcePosition } from '@crossgate/core';
import { SaxesParser } from 'saxes';

/** An element of a document that holds elements or text, never both. */
export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly position: SourcePosition;
  readonly children: readonly XmlElement[];
  /** White space around it removed. */
  readonly text: string;
}

export type ReadXmlResult =
  | { readonly kind: 'root'; readonly root: XmlElement }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic };

/** No document of any service nests deeper, by far. The parser's time grows with the square of the depth. */
const DEEPEST = 16;
const MOST_ELEMENTS = 20_000;

/**
 * Reads a small XML document, strictly: well-formed UTF-8, one root, no document type, no processing instruction.
 * Attributes are passed over.
 */
export function readXml(bytes: Uint8Array): ReadXmlResult {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'diagnostic', diagnostic: malformed('it is not UTF-8') };
  }
  try {
    return { kind: 'root', root: parse(text) };
  } catch (error) {
    if (error instanceof XmlProblem) return { kind: 'diagnostic', diagnostic: error.diagnostic };
    throw error;
  }
}

/** Ends the parse from inside its events. Never leaves this file. */
class XmlProblem extends Error {
  readonly diagnostic: Diagnostic;
  constructor(finding: Diagnostic) {
    super(finding.code);
    this.diagnostic = finding;
  }
}

interface OpenElement {
  readonly name: string;
  readonly position: SourcePosition;
  readonly children: XmlElement[];
  text: string;
}

function parse(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: OpenElement[] = [];
  let elements = 0;
  let root: XmlElement | undefined;
  let tagStart = here(parser);

  parser.on('error', error => {
    throw new XmlProblem(malformed(withoutPosition(error.message), here(parser)));
  });
  parser.on('doctype', () => {
    throw new XmlProblem(
      diagnostic('document-forbidden', [], { what: 'a document type (DOCTYPE)' }, here(parser)),
    );
  });
  parser.on('processinginstruction', () => {
    throw new XmlProblem(
      diagnostic('document-forbidden', [], { what: 'a processing instruction' }, here(parser)),
    );
  });
  parser.on('opentagstart', tag => {
    tagStart = here(parser);
    elements += 1;
    if (open.length >= DEEPEST) {
      throw new XmlProblem(malformed(`elements are nested more than ${DEEPEST} deep`, tagStart));
    }
    if (elements > MOST_ELEMENTS) {
      throw new XmlProblem(malformed(`it has more than ${MOST_ELEMENTS} elements`, tagStart));
    }
    const parent = open.at(-1);
    if (parent && parent.text.trim() !== '') throw new XmlProblem(mixed(parent.name, tagStart));
    open.push({ name: tag.name, position: tagStart, children: [], text: '' });
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (!element) return;
    element.text += part;
    if (element.children.length > 0 && part.trim() !== '')
      throw new XmlProblem(mixed(element.name, here(parser)));
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', tag => {
    const element = open.pop();
    if (!element) return;
    const closed: XmlElement = { ...element, name: tag.local, text: element.text.trim() };
    const parent = open.at(-1);
    if (parent) parent.children.push(closed);
    else root = closed;
  });

  parser.write(text).close();
  if (!root) throw new XmlProblem(malformed('it has no element'));
  return root;
}

function here(parser: SaxesParser<{ xmlns: true }>): SourcePosition {
  return { line: parser.line, column: parser.columnIndex + 1 };
}

/** The parser begins its messages with `line:column: `. */
function withoutPosition(message: string): string {
  return message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
}

function malformed(problem: string, position?: SourcePosition): Diagnostic {
  return diagnostic('document-malformed', [], { problem }, position);
}

function mixed(name: string, position: SourcePosition): Diagnostic {
  return malformed(`\`${name}\` has text beside elements`, position);
}
