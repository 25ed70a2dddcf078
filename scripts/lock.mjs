// Makes package-lock.json anew, for every platform. npm leaves binaries of other platforms out of a lock file when
// others are installed beside it, or when the registry in use does not have them; `npm ci` then refuses the lock file.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './setup.mjs';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

const folder = mkdtempSync(join(tmpdir(), 'crossgate-lock-'));
try {
  for (const file of ['.npmrc', ...manifests()]) cpSync(join(root, file), join(folder, file));
  run('npm', ['install', '--package-lock-only', '--loglevel=error'], { cwd: folder });
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  lock.packages = completed(lock.packages);
  writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function manifests() {
  const folders = ['bench', ...readdirSync(join(root, 'packages')).map(name => `packages/${name}`)];
  return [
    'package.json',
    ...folders.map(name => `${name}/package.json`).filter(file => existsSync(join(root, file))),
  ];
}

/** The packages of a lock file, with an entry for each optional one that is named and missing. */
function completed(packages) {
  const all = { ...packages };
  for (const owner of Object.values(packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      all[`node_modules/${name}`] ??= {
        version,
        ...(owner.dev && { dev: true }),
        optional: true,
        ...platformOf(name),
      };
    }
  }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Packages of binaries are named by their platform: `@biomejs/cli-linux-x64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.filter(word => SYSTEMS.includes(word));
  const cpu = words.filter(word => PROCESSORS.includes(word));
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }) };
}
