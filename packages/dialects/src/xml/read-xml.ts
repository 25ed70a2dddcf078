import { type Diagnostic, diagnostic, type SourcePosition, type SourceSpan } from '@crossgate/core';
import { SaxesParser } from 'saxes';
import { bareAmpersand, sourcePositions, textStart, trimXmlSpace } from './source-positions.ts';

/** An element of a document that holds elements or text, never both. */
export interface XmlElement extends SourceSpan {
  /** Without its namespace prefix. */
  readonly name: string;
  /** Where its start tag begins. */
  readonly position: SourcePosition;
  /** Behind its end tag. */
  readonly end: SourcePosition;
  readonly children: readonly XmlElement[];
  /** White space around it removed. */
  readonly text: string;
  /** As it stands, for where white space counts: in the key of an object. */
  readonly rawText: string;
}

export type ReadXmlResult =
  | { readonly kind: 'root'; readonly root: XmlElement }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** No document of any service nests deeper, by far. The parser's time grows with the square of the depth. */
const DEEPEST = 16;
/** A completion of ten thousand parts has three for each, and what SDKs add. */
const MOST_ELEMENTS = 60_000;

/**
 * Reads a small XML document, strictly: well-formed UTF-8, one root, no document type, no processing instruction.
 * Attributes are passed over.
 */
export function readXml(bytes: Uint8Array): ReadXmlResult {
  let text: string;
  try {
    text = UTF8.decode(bytes);
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
  rawText: string;
  hasText: boolean;
}

function parse(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  const positionOf = sourcePositions(text);
  const open: OpenElement[] = [];
  let elements = 0;
  let root: XmlElement | undefined;
  /** What the parser last took for closed. */
  let closing = '';

  /** Where the mark stands that began what the parser has just read. */
  const startOf = (mark: string): SourcePosition => positionOf(text.lastIndexOf(mark, parser.position - 1));

  parser.on('error', error => {
    throw new XmlProblem(unreadable(text, parser.position, withoutPosition(error.message), closing));
  });
  parser.on('doctype', () => {
    throw new XmlProblem(forbidden('a document type (DOCTYPE)', startOf('<!DOCTYPE')));
  });
  parser.on('processinginstruction', () => {
    throw new XmlProblem(forbidden('a processing instruction', startOf('<?')));
  });
  parser.on('opentagstart', tag => {
    const position = startOf('<');
    elements += 1;
    if (open.length >= DEEPEST) {
      throw new XmlProblem(malformed(`elements are nested more than ${DEEPEST} deep`, position));
    }
    if (elements > MOST_ELEMENTS) {
      throw new XmlProblem(malformed(`it has more than ${MOST_ELEMENTS} elements`, position));
    }
    if (root) throw new XmlProblem(malformed('it has more than one root element', position));
    const parent = open.at(-1);
    if (parent?.hasText) throw new XmlProblem(mixed(parent.name, position));
    open.push({ name: tag.name, position, children: [], rawText: '', hasText: false });
  });
  const addText = (part: string, start: () => SourcePosition): void => {
    const element = open.at(-1);
    if (!element) return;
    element.rawText += part;
    element.hasText ||= trimXmlSpace(part) !== '';
    if (element.hasText && element.children.length > 0) throw new XmlProblem(mixed(element.name, start()));
  };
  parser.on('text', part => addText(part, () => positionOf(textStart(text, parser.position - 1))));
  parser.on('cdata', part => addText(part, () => startOf('<![CDATA[')));
  parser.on('closetag', tag => {
    closing = tag.name;
    const element = open.pop();
    if (!element) return;
    const { position, children, rawText } = element;
    const closed: XmlElement = {
      name: tag.local,
      position,
      end: positionOf(parser.position),
      children,
      text: trimXmlSpace(rawText),
      rawText,
    };
    const parent = open.at(-1);
    if (parent) parent.children.push(closed);
    else root = closed;
  });

  parser.write(text).close();
  if (!root) throw new XmlProblem(malformed('it has no element'));
  return root;
}

/** A finding of the parser: `end` is the offset behind what it has read, `closing` the element it has closed last. */
function unreadable(text: string, end: number, problem: string, closing: string): Diagnostic {
  const positionOf = sourcePositions(text);
  const ampersand = bareAmpersand(text.slice(0, end));
  if (ampersand !== undefined) {
    return malformed('an `&` stands for itself only as `&amp;`', positionOf(ampersand));
  }
  const last = Math.max(Math.min(end, text.length) - 1, 0);
  if (problem === 'unexpected close tag') {
    const start = text.lastIndexOf('</', last);
    const tag = text.slice(start, end);
    return malformed(`\`${tag}\` stands where \`</${closing}>\` is expected`, positionOf(start));
  }
  if (problem === 'text data outside of root node') {
    return malformed('there is text outside the root element', positionOf(textStart(text, last)));
  }
  return malformed(problem, positionOf(last));
}

/** The parser begins its messages with `line:column: `. */
function withoutPosition(message: string): string {
  return message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
}

function malformed(problem: string, position?: SourcePosition): Diagnostic {
  return diagnostic('document-malformed', [], { problem }, position && { position });
}

function forbidden(what: string, position: SourcePosition): Diagnostic {
  return diagnostic('document-forbidden', [], { what }, { position });
}

function mixed(name: string, position: SourcePosition): Diagnostic {
  return malformed(`\`${name}\` has text beside elements`, position);
}
