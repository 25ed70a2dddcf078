// Builds the web console into packages/server/console, from where the server serves it, when something in it has changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = ['packages/console/src', 'packages/core/src'];
const FILES = ['packages/console/index.html', 'packages/console/vite.config.ts', 'package-lock.json'];
const OUTPUT = 'packages/server/console';

/** @param {string} root of the project; `run` runs a command there */
export function buildConsole(root, run, tool) {
  const stamp = join(root, 'node_modules', '.crossgate-console');
  const wanted = fingerprint(root);
  const isBuilt = existsSync(join(root, OUTPUT, 'index.html'));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Building the console…\n');
  run(tool('vite'), ['build', '--logLevel=error', 'packages/console']);
  writeFileSync(stamp, wanted);
}

function fingerprint(root) {
  const hash = createHash('sha256');
  for (const file of [...INPUTS.flatMap(folder => filesBelow(root, folder)), ...FILES]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
