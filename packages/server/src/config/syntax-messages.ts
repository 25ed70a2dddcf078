import type { ErrorCode } from 'yaml';

/** A value with this at its beginning is something else than text. */
const quoteWhat = (characters: string): string => `quote a value that begins with ${characters}`;
const LINES = 'a key and its colon must be in one line; check the colons and quotes before';
const BRACKETS = 'this does not go together; check the brackets, colons and quotes before';

/** What to tell of a text that is not YAML, by the code of the parser, whose own messages repeat the text: a secret. */
export const SYNTAX_MESSAGES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: `aliases are not taken; ${quoteWhat('*, & or !')}`,
  BAD_ALIAS: `aliases are not taken; ${quoteWhat('* or &')}`,
  BAD_COLLECTION_TYPE: `tags are not taken; ${quoteWhat('!')}`,
  BAD_DIRECTIVE: `this is no directive of YAML 1.2; take it out, or ${quoteWhat('%')}`,
  BAD_DQ_ESCAPE:
    'there is no such escape in double quotes; write two backslashes for one, or use single quotes',
  BAD_INDENT: 'this is not indented as what it belongs to, or a bracket is not closed before; correct that',
  BAD_PROP_ORDER: `tags and anchors cannot stand here; ${quoteWhat('! or &')}`,
  BAD_SCALAR_START: `a value cannot begin so; ${quoteWhat('@, %, a backquote or a comma')}`,
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list cannot begin here; begin a line, or quote a value with a colon',
  BLOCK_IN_FLOW: `a list of lines cannot stand in brackets; ${quoteWhat('-')}`,
  DUPLICATE_KEY: 'this key is there twice; take one of them out',
  IMPOSSIBLE: BRACKETS,
  KEY_OVER_1024_CHARS: LINES,
  MISSING_CHAR:
    'something is missing here: a closing quote or bracket, a comma, a colon with a space behind, or a space before #',
  MULTILINE_IMPLICIT_KEY: LINES,
  MULTIPLE_ANCHORS: `anchors cannot stand here; ${quoteWhat('&')}`,
  MULTIPLE_DOCS: 'there must be one document only; take out the line ---',
  MULTIPLE_TAGS: `tags are not taken; ${quoteWhat('!')}`,
  NON_STRING_KEY: 'this cannot be a key; give it a name',
  RESOURCE_EXHAUSTION: BRACKETS,
  TAB_AS_INDENT: 'tabs are not taken as indentation; use spaces',
  TAG_RESOLVE_FAILED: `tags are not taken; ${quoteWhat('!')}`,
  UNEXPECTED_TOKEN: `this cannot stand here; check the brackets and quotes before, and ${quoteWhat('| or >')}`,
};
