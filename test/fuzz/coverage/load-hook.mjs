/** Loads TypeScript of this repository, that of the packages with counters. Runs in Node's thread for module hooks. */
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { instrument } from './instrument.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COUNTED = /^(?:packages\/[\w-]+\/src|test\/fuzz\/planted)\//;

let nextCounter = 0;

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const file = relative(ROOT, path).split(sep).join('/');
  const { code } = await transformWithOxc(await readFile(path, 'utf8'), path, { target: 'es2023' });
  if (!COUNTED.test(file)) return { format: 'module', shortCircuit: true, source: code };
  const { code: source, count } = instrument(code, file, nextCounter);
  nextCounter += count;
  return { format: 'module', shortCircuit: true, source };
}
