// Makes a clone ready to run: installs what the lock file names and builds what is stale. Plain JavaScript without
// dependencies, for it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];
const STAMP = join(root, 'node_modules', '.crossgate-install');

/** Installs and builds where that is needed. Ends the process with a clear message when it cannot. */
export function setUp() {
  requireNode();
  install();
  run(tool('tsc'), ['-b', 'packages/cli']);
  buildConsole(root, run, tool);
}

/** Runs a command in the project's root, with this terminal. Ends the process when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command} cannot be run: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** The path of a tool that a development dependency brings. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Node ${OLDEST_NODE.join('.')} or later is needed, this is ${process.versions.node}`);
}

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.version} ${process.platform} ${process.arch}`)
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  process.stderr.write('Installing dependencies…\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm) run(process.execPath, [npm, ...args], { stdio: ['ignore', 2, 2] });
  else run('npm', args, { stdio: ['ignore', 2, 2] });
  writeFileSync(STAMP, wanted);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
