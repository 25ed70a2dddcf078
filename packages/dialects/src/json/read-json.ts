import { type Diagnostic, diagnostic, type SourcePosition, type SourceSpan } from '@crossgate/core';

/** A JSON value with its place. */
export type JsonNode = JsonValue & Required<SourceSpan>;

type JsonValue =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

export interface JsonMember extends SourceSpan {
  readonly name: string;
  /** Of the name. */
  readonly position: SourcePosition;
  /** Behind the name. */
  readonly end: SourcePosition;
  readonly value: JsonNode;
}

export type ReadJsonResult =
  | { readonly kind: 'value'; readonly value: JsonNode }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic };

/** No document of any service nests deeper, by far. */
const DEEPEST = 16;

/**
 * Reads a JSON document (RFC 8259), strictly, with positions. A name that stands twice in one object is refused: which
 * of the two would count depends on the reader.
 */
export function readJson(bytes: Uint8Array): ReadJsonResult {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problem('it is not UTF-8');
  }
  try {
    return { kind: 'value', value: new JsonReader(text).document() };
  } catch (error) {
    if (error instanceof JsonProblem) return { kind: 'diagnostic', diagnostic: error.diagnostic };
    throw error;
  }
}

/** The value of a member of an object; undefined when there is none, or the node is no object. */
export function jsonMember(node: JsonNode, name: string): JsonNode | undefined {
  if (node.kind !== 'object') return undefined;
  return node.members.find(candidate => candidate.name === name)?.value;
}

function problem(text: string): ReadJsonResult {
  return { kind: 'diagnostic', diagnostic: diagnostic('document-malformed', [], { problem: text }) };
}

/** Ends the reading from inside. Never leaves this file. */
class JsonProblem extends Error {
  readonly diagnostic: Diagnostic;
  constructor(finding: Diagnostic) {
    super(finding.code);
    this.diagnostic = finding;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A run of characters that a string holds as they are. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a JSON string must not hold them
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const BLANKS = /[ \t\r\n]*/y;

class JsonReader {
  readonly #text: string;
  #at = 0;
  /** Where the line began that was looked at last, and its number: positions are asked for in ascending order. */
  #line = 1;
  #lineStart = 0;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('there is something after its end');
    return value;
  }

  #value(depth: number): JsonNode {
    this.#skipBlanks();
    const position = this.#position();
    if (depth > DEEPEST) this.#fail(`values are nested more than ${DEEPEST} deep`);
    const value = this.#unplaced(depth);
    return { ...value, position, end: this.#position() };
  }

  #unplaced(depth: number): JsonValue {
    switch (this.#text[this.#at]) {
      case '{':
        return { kind: 'object', members: this.#members(depth) };
      case '[':
        return { kind: 'array', items: this.#list(']', () => this.#value(depth + 1)) };
      case '"':
        return { kind: 'string', value: this.#string() };
      case undefined:
        return this.#fail('it ends where a value is expected');
      default:
        return this.#word();
    }
  }

  #members(depth: number): readonly JsonMember[] {
    const names = new Set<string>();
    return this.#list('}', () => {
      this.#skipBlanks();
      const position = this.#position();
      if (this.#text[this.#at] !== '"') this.#fail('a name in double quotes is expected');
      const name = this.#string();
      const end = this.#position();
      if (names.has(name)) {
        throw new JsonProblem(diagnostic('field-repeated', [], { field: name }, { position, end }));
      }
      names.add(name);
      this.#skipBlanks();
      if (this.#text[this.#at] !== ':') this.#fail('a colon is expected');
      this.#at += 1;
      return { name, position, end, value: this.#value(depth + 1) };
    });
  }

  /** Elements between commas, from the opening bracket to the closing one. */
  #list<Element>(end: ']' | '}', readElement: () => Element): readonly Element[] {
    this.#at += 1;
    this.#skipBlanks();
    const elements: Element[] = [];
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return elements;
    }
    for (;;) {
      elements.push(readElement());
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== end) this.#fail(`a comma or \`${end}\` is expected`);
      this.#at += 1;
      if (next === end) return elements;
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      this.#match(PLAIN);
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next === undefined) this.#fail('a string does not end');
      if (next !== '\\') this.#fail('a string has a control character');
      if (this.#match(ESCAPE) === undefined) this.#fail('a string has an escape that JSON does not know');
    }
    this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #word(): JsonValue {
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: 'number', value: Number(number) };
    for (const [word, value] of [
      ['true', true],
      ['false', false],
    ] as const) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return { kind: 'boolean', value };
    }
    if (!this.#text.startsWith('null', this.#at)) this.#fail('a value is expected');
    this.#at += 'null'.length;
    return { kind: 'null' };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skipBlanks(): void {
    this.#match(BLANKS);
  }

  #position(): SourcePosition {
    for (let i = this.#counted; i < this.#at; i++) {
      if (this.#text.charCodeAt(i) !== 0x0a) continue;
      this.#line += 1;
      this.#lineStart = i + 1;
    }
    this.#counted = this.#at;
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #fail(text: string): never {
    const position = this.#position();
    throw new JsonProblem(diagnostic('document-malformed', [], { problem: text }, { position }));
  }
}
