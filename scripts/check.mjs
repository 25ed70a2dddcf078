// npm run check: types, format and lint, promises and switches, what the packages export, what docs are made from code.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp, tool } from './setup.mjs';

setUp();

const checks = [
  ['types', tool('tsc'), ['-b']],
  ['format and lint', tool('biome'), ['ci', '--colors=off', '.']],
  ['promises and switches', tool('oxlint'), ['--type-aware', '--quiet']],
  ['generated docs', process.execPath, ['scripts/generate-docs.mjs', '--check']],
  ...packagesWithExports().map(name => [
    `exports of ${name}`,
    tool('publint'),
    ['run', `packages/${name}`, '--strict'],
  ]),
];

const failed = checks.filter(([name, command, args]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  if (status !== 0) console.log(stdout + stderr);
  return status !== 0;
});
process.exit(failed.length > 0 ? 1 : 0);

function packagesWithExports() {
  return readdirSync(join(root, 'packages')).filter(name => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    return manifest.exports !== undefined;
  });
}
