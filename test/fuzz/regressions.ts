import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));
const FOUND = fileURLToPath(new URL('../../node_modules/.cache/crossgate/fuzz/', import.meta.url));

/** Inputs that once showed a defect, one character a byte. */
export function readRegressions(target: string): readonly string[] {
  const directory = `${CORPUS}${target}`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .map(name => readFileSync(`${directory}/${name}`, 'latin1'));
}

/** Where inputs are kept that nobody has looked at yet. */
export function foundDirectory(target: string): string {
  const directory = `${FOUND}${target}`;
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Writes an input down, and gives the file. */
export function saveInput(target: string, input: string): string {
  const name = createHash('sha256').update(input, 'latin1').digest('hex').slice(0, 12);
  const file = `${foundDirectory(target)}/${name}.txt`;
  writeFileSync(file, input, 'latin1');
  return file;
}
