import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnTied } from './tied-process.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `crossgate` command to its end. */
export async function runCommand(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<CommandResult> {
  const { cwd } = options;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...options.env },
    ...(cwd !== undefined && { cwd }),
  });
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, stdout, stderr };
}

/** A `crossgate serve` that is a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** The end of what it has written to standard error. */
  readonly errors: () => string;
  /** What it printed when it was ready. */
  readonly startUp: string;
  readonly cos: string;
  readonly qingstor: string;
  readonly azureTables: string;
  readonly boomi: string;
  readonly admin: string;
  /** Sends a signal and waits for the end. */
  readonly stop: (
    signal: NodeJS.Signals,
  ) => Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Of what it writes to standard error: why it did not start, or ended. */
const ERRORS_KEPT = 10_000;

/** Starts the built server on free ports, and waits until it says that it is ready. */
export async function startServerProcess(
  dataDirectory: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const all = [MAIN, 'serve', '--port-base', '0', '--data', dataDirectory, '--log-level', 'warn', ...args];
  const child = spawnTied(process.execPath, all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the server has no output');
  let errors = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-ERRORS_KEPT);
  });
  let startUp = '';
  await new Promise<void>((resolve, reject) => {
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      startUp += chunk;
      if (startUp.includes('Try')) resolve();
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the server ended with ${code}: ${errors}`)));
  });
  const address = (label: string): string => {
    const found = new RegExp(`${label}\\s+https?://(\\S+)`).exec(startUp)?.[1];
    if (!found) throw new Error(`there is no ${label} in: ${startUp}`);
    return found;
  };
  return {
    child,
    errors: () => errors,
    startUp,
    cos: address('Tencent COS'),
    qingstor: address('QingStor'),
    azureTables: address('Azure Tables'),
    boomi: address('Boomi'),
    admin: address('Admin API'),
    stop: async signal => {
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code, by] = (await ended) as [number | null, string | null];
      return { code, signal: by };
    },
  };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}
