import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface FuzzerRun {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the fuzzer, as `npm run fuzz` does when the clone is ready. */
export async function runFuzzer(args: readonly string[]): Promise<FuzzerRun> {
  const options = [
    '--expose-gc',
    '--enable-source-maps',
    '--conditions=@crossgate/source',
    '--import=./test/fuzz/coverage/counters.mjs',
  ];
  const child = spawn(process.execPath, [...options, 'test/fuzz/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}
