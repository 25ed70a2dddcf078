import type { z } from 'zod';
import { CONFIG_FILE, type ConfigFile } from './config-file.ts';
import { type ConfigPath, formatConfigPath, type Mistake, pathsTouch } from './mistake.ts';
import { toldPaths } from './told-path.ts';
import { readYaml, type SyntaxMistake, type YamlDocument } from './yaml-document.ts';

/** A configuration file as it was read. */
export interface ConfigText {
  /** Its path, as mistakes name it. Relative paths in it begin at its directory. */
  readonly name: string;
  readonly text: string;
}

export interface ReadConfigFile {
  /** What is right in it. */
  readonly file: ConfigFile;
  /** Whether what is at a path is right, or not there. */
  readonly isSound: (path: ConfigPath) => boolean;
  readonly has: (path: ConfigPath) => boolean;
  readonly mistakes: readonly Mistake[];
  /** One line for each mistake, these and others about the file, in the order of their places. */
  readonly format: (mistakes: readonly Mistake[]) => readonly string[];
}

/** Reads a file and finds everything that is wrong with each value; or, when it is not YAML, what is wrong with that. */
export function readConfigFile({ name, text }: ConfigText): ReadConfigFile | readonly string[] {
  const read = readYaml(text);
  if (read.kind === 'not-yaml') return read.mistakes.map(mistake => formatSyntaxMistake(name, mistake));
  const { document } = read;
  const { file, mistakes } = checkValues(document);
  if (mistakes.length > MOST_MISTAKES) {
    const told = formatMistakes(name, document, mistakes.slice(0, MOST_MISTAKES));
    return [...told, `${name}: has more mistakes than these; correct them first`];
  }
  return {
    file,
    mistakes,
    isSound: path => !mistakes.some(mistake => pathsTouch(mistake.path, path)),
    has: document.has,
    format: all => formatMistakes(name, document, all),
  };
}

function formatSyntaxMistake(name: string, { place, message }: SyntaxMistake): string {
  return `${name}:${place.line}:${place.column}: ${message}`;
}

function formatMistakes(
  name: string,
  document: YamlDocument,
  mistakes: readonly Mistake[],
): readonly string[] {
  if (mistakes.length === 0) return [];
  const toldPath = toldPaths();
  return mistakes
    .map(({ path, message, about }) => {
      const { line, column } = document.placeOf(path, about);
      const what = path.length > 0 ? `${formatConfigPath(toldPath(path))}: ` : '';
      return { line, column, text: `${name}:${line}:${column}: ${what}${message}` };
    })
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ text }) => text);
}

/** Who has made more has to begin somewhere; to look at all of them takes time. */
const MOST_MISTAKES = 100;
const ROUNDS = 32;

function checkValues(document: YamlDocument): Pick<ReadConfigFile, 'file' | 'mistakes'> {
  const mistakes = [...document.mistakes];
  let { value } = document;
  // Each round takes something out; a file is not so deep that it needs more of them.
  for (let round = 0; round < ROUNDS; round++) {
    const parsed = CONFIG_FILE.safeParse(value);
    if (parsed.success) return { file: parsed.data, mistakes };
    const found = parsed.error.issues.flatMap(issue => mistakesOf(issue, [])).slice(0, MOST_MISTAKES + 1);
    for (const mistake of found) {
      // What could not be read has been told.
      if (!mistakes.some(({ path }) => isWithin(mistake.path, path))) mistakes.push(mistake);
    }
    if (mistakes.length > MOST_MISTAKES) break;
    // What is left is looked at again, for what is checked only when everything around it is right.
    for (const { path } of found) value = without(value, path) ?? {};
  }
  return { file: {}, mistakes };
}

function mistakesOf(issue: z.core.$ZodIssue, around: ConfigPath): readonly Mistake[] {
  const path = [...around, ...(issue.path as ConfigPath)];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, i) => ({ path: [...path, key], message: messages[i] ?? '', about: 'key' }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message, about: 'key' }));
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(errors => !errors.some(isOfAnotherType));
    if (meant) return meant.flatMap(inner => mistakesOf(inner, path));
  }
  return [{ path, message: issue.message, about: 'value' }];
}

/** Whether a value is not even what this choice of a union is made of. */
function isOfAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function isWithin(path: ConfigPath, outer: ConfigPath): boolean {
  return path.length >= outer.length && pathsTouch(path, outer);
}

/**
 * A value without what is at a path. In a list the list goes, for the places of others in it to stay; what is not there
 * takes with it what should have it.
 */
function without(value: unknown, path: ConfigPath): unknown {
  const [key, ...rest] = path;
  if (key === undefined || Array.isArray(value) || typeof value !== 'object' || value === null)
    return undefined;
  if (!Object.hasOwn(value, key)) return rest.length === 0 ? undefined : value;
  const inner = without((value as Record<string, unknown>)[key], rest);
  const { [key]: _, ...others } = value as Record<string, unknown>;
  return inner === undefined ? others : { ...others, [key]: inner };
}
