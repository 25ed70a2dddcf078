import { Composer, type CST, type Document, isAlias, isMap, isScalar, isSeq, type Node, Parser } from 'yaml';
import type { ConfigPath, Mistake } from './mistake.ts';
import { SYNTAX_MESSAGES } from './syntax-messages.ts';

/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlDocument {
  /** Mappings, lists and scalars; what is wrong in itself is left out. */
  readonly value: unknown;
  /** What is not for a configuration although it is YAML. */
  readonly mistakes: readonly Mistake[];
  /** Whether there is something at a path. */
  readonly has: (path: ConfigPath) => boolean;
  /** Of the key or the value at a path, or of the next thing around it that is there. */
  readonly placeOf: (path: ConfigPath, about: Mistake['about']) => Place;
}

/** What is wrong with a text that is not YAML at all. */
export interface SyntaxMistake {
  readonly place: Place;
  readonly message: string;
}

export type ReadYamlResult =
  | { readonly kind: 'document'; readonly document: YamlDocument }
  | { readonly kind: 'not-yaml'; readonly mistakes: readonly SyntaxMistake[] };

/** Far more than a configuration has. The parser of YAML takes time that grows faster than its text. */
export const LIMIT_CHARACTERS: number = 256 * 1024;
export const TOO_LONG: string = `must not have more than ${LIMIT_CHARACTERS} characters`;
const DEPTH_LIMIT = 32;
/** One slip can bring forth many. */
const SYNTAX_MISTAKES_SHOWN = 20;

/** Reads YAML 1.2 with the place of everything in it. Never throws. */
export function readYaml(text: string): ReadYamlResult {
  if (text.length > LIMIT_CHARACTERS) {
    return notYaml({ line: 1, column: 1 }, TOO_LONG);
  }
  const placeAt = placesIn(text);
  const tokens = [...new Parser().parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep)
    return notYaml(placeAt(tooDeep.offset), `must not be nested deeper than ${DEPTH_LIMIT} levels`);
  const composer = new Composer({
    version: '1.2',
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const syntax: SyntaxMistake[] = documents
    .flatMap(({ errors, warnings }) => [...errors, ...warnings])
    .slice(0, SYNTAX_MISTAKES_SHOWN)
    .map(({ pos, code }) => ({ place: placeAt(pos[0]), message: SYNTAX_MESSAGES[code] }));
  const [document, second] = documents;
  if (second) {
    syntax.push({ place: placeAt(second.range[0]), message: SYNTAX_MESSAGES.MULTIPLE_DOCS });
  }
  if (!document || syntax.length > 0) {
    return { kind: 'not-yaml', mistakes: syntax.slice(0, SYNTAX_MISTAKES_SHOWN) };
  }
  return { kind: 'document', document: readDocument(document, placeAt) };
}

/** The parser's own count of lines passes over some of those with mistakes. */
function placesIn(text: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return offset => {
    const line = starts.findLastIndex(start => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

function notYaml(place: Place, message: string): ReadYamlResult {
  return { kind: 'not-yaml', mistakes: [{ place, message }] };
}

/** What is nested so deep that composing it, which is recursive, could exhaust the stack. */
function findTooDeep(tokens: readonly CST.Token[]): CST.Token | undefined {
  let level: readonly CST.Token[] = tokens;
  // The document itself is a level above what is in it.
  for (let depth = 0; depth <= DEPTH_LIMIT; depth++) level = level.flatMap(childrenOf);
  return level[0];
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [...(key ? [key] : []), ...(value ? [value] : [])]);
}

function readDocument(document: Document.Parsed, placeAt: (offset: number) => Place): YamlDocument {
  const keys = new Map<string, number>();
  const values = new Map<string, number>();
  const mistakes: Mistake[] = [];
  const refuse = (path: ConfigPath, about: Mistake['about'], message: string): void => {
    mistakes.push({ path, about, message });
  };
  const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

  function read(node: unknown, path: ConfigPath): unknown {
    values.set(asKey(path), startOf(node));
    if (isAlias(node)) {
      refuse(
        path,
        'value',
        'aliases are not taken; write out what it stands for, or quote a value that begins with *',
      );
      return undefined;
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.tag !== undefined) {
      refuse(path, 'value', SYNTAX_MESSAGES.TAG_RESOLVE_FAILED);
      return undefined;
    }
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, i) => read(item, [...path, i]));
    if (isMap(node)) return Object.fromEntries(readEntries(node.items, path));
    return undefined;
  }

  function readEntries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: ConfigPath,
  ): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of items) {
      // As it is written: a bucket may be called 0123, or true.
      const name = isScalar(key) && key.tag === undefined ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined || name === '__proto__') {
        const unnamed = [...path, name ?? '?'];
        keys.set(asKey(unnamed), startOf(key));
        refuse(unnamed, 'key', 'this cannot be a key; give it a name');
        continue;
      }
      const inner = [...path, name];
      const first = keys.get(asKey(inner));
      if (first !== undefined) {
        const { line } = placeAt(first);
        keys.set(asKey(inner), startOf(key));
        refuse(inner, 'key', `stands in line ${line} too; take one of them out`);
        continue;
      }
      keys.set(asKey(inner), startOf(key));
      entries.set(name, read(value, inner));
    }
    return entries;
  }

  // An empty file asks for nothing: everything has a default.
  const value = isScalar(document.contents) && document.contents.value === null ? {} : undefined;
  return {
    value: value ?? (document.contents === null ? {} : read(document.contents, [])),
    mistakes,
    has: path => values.has(asKey(path)),
    placeOf: (path, about) => {
      for (let inner = path; inner.length > 0; inner = inner.slice(0, -1)) {
        const key = asKey(inner);
        // Where the thing itself is missing, what should have it is named.
        const isThere = inner.length === path.length && about === 'value';
        const offset = (isThere ? values.get(key) : keys.get(key)) ?? values.get(key);
        if (offset !== undefined) return placeAt(offset);
      }
      return placeAt(values.get(asKey([])) ?? 0);
    },
  };
}

function asKey(path: ConfigPath): string {
  return JSON.stringify(path);
}
