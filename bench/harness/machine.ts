import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { findExecutable } from '../../test/support/find-executable.ts';
import { NGINX } from '../servers/nginx.ts';
import { GENERATOR } from './load.ts';

const LOAD_AT_THE_START = loadavg()[0] ?? 0;

/** From here on others used the machine as well. */
const BUSY = 0.7;

/** What it ran on and with what, in lines. */
export function describeMachine(): readonly string[] {
  return [
    `Machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}, ${arch()}; load average before ${LOAD_AT_THE_START.toFixed(1)}`,
    `Versions: node ${process.versions.node}, ${packageVersions().join(', ')}${programVersions()
      .map(version => `, ${version}`)
      .join('')}`,
    `Load: ${GENERATOR}, one thread, on the same machine: it and the server share the cores.`,
    ...(LOAD_AT_THE_START < BUSY
      ? []
      : ['THE MACHINE WAS BUSY before the run: ratios are of some use, rates of none.']),
  ];
}

function packageVersions(): readonly string[] {
  const require = createRequire(import.meta.url);
  const manifest = JSON.parse(readFileSync(require.resolve('@crossgate/bench/package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.devDependencies)
    .filter(([name]) => !name.startsWith('@types/'))
    .map(([name, version]) => `${name} ${version}`);
}

function programVersions(): readonly string[] {
  const versions: string[] = [];
  const add = (program: string | undefined, args: readonly string[], pattern: RegExp): void => {
    if (program === undefined) return;
    // wrk ends with 1 when it tells its version, nginx tells it on the other stream.
    const script = `"$0" ${args.join(' ')} 2>&1 || true`;
    const found = pattern.exec(execFileSync('sh', ['-c', script, program], { encoding: 'utf8' }));
    if (found) versions.push(found[0]);
  };
  add(findExecutable('wrk'), ['-v'], /wrk \S+( [0-9]\S*)?/);
  add(NGINX, ['-v'], /nginx\/\S+/);
  add(findExecutable('etcd'), ['--version'], /etcd Version: \S+/);
  return versions;
}
