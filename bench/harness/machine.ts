import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { findExecutable } from '../../test/support/find-executable.ts';
import { NGINX } from '../servers/nginx.ts';
import { GENERATOR } from './load.ts';

/** What it ran on and with what, in lines. */
export function describeMachine(): readonly string[] {
  return [
    `Machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}, ${arch()}; load average at the end ${loadavg()[0]?.toFixed(1)}`,
    `Versions: node ${process.versions.node}, ${packageVersions().join(', ')}${programVersions()
      .map(version => `, ${version}`)
      .join('')}`,
    `Load: ${GENERATOR}, one thread, on the same machine: it and the server share the cores.`,
  ];
}

function packageVersions(): readonly string[] {
  const require = createRequire(import.meta.url);
  const manifest = JSON.parse(readFileSync(require.resolve('@crossgate/bench/package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.dependencies)
    .filter(([name]) => !name.startsWith('@crossgate/'))
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
