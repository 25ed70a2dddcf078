import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language && code ? [code] : [],
  );
}

describe('README.md', () => {
  let directory: string;
  let server: ServerProcess;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-readme-'));
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    mkdirSync(join(directory, 'data'));
    server = await startServerProcess(join(directory, 'data'));
  });

  afterAll(async () => {
    await server.stop('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs a block as a reader would, with the addresses of this test's server in place of the default ones. */
  async function run(command: string, args: readonly string[]): Promise<string> {
    const env = { ...process.env, CROSSGATE_ADMIN: `http://${server.admin}` };
    const child = spawn(command, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code, output).toBe(0);
    return output;
  }

  function asScript(code: string, name: string): string {
    const file = join(directory, name);
    writeFileSync(file, code.replaceAll('127.0.0.1:4001', server.cos));
    return file;
  }

  it('shows a preflight that is answered as it says', async () => {
    const code = blocks('sh').find(block => block.includes('OPTIONS')) ?? '';
    const output = await run('sh', ['-e', asScript(code, 'try.sh')]);
    expect(output).toContain('cos/examplebucket-1250000000 has 1 rule at revision 1.');
    expect(output).toMatch(/^HTTP\/1\.1 200 OK\r$/m);
    expect(output).toContain('Access-Control-Allow-Origin: https://example.com');
  });

  it('shows how to point the SDK at the server', async () => {
    const code = blocks('js').find(block => block.includes('cos-nodejs-sdk-v5')) ?? '';
    const check =
      "const { Body } = await cos.getObject({ ...where, Key: 'hello.txt' });\nconsole.log(String(Body));\n";
    expect(await run(process.execPath, [asScript(code + check, 'sdk.mjs')])).toBe('hello\n');
  });

  it('shows how to back up what a server has, beside it', async () => {
    const code = blocks('sh').find(block => block.includes('store backup')) ?? '';
    const output = await run('sh', ['-e', asScript(code.replaceAll('.crossgate', 'data'), 'backup.sh')]);
    expect(output).toMatch(/^Tenants: \d+\. Revisions: \d+\. policies\.backup has \d+ bytes\.$/m);
  });

  it('shows the engine as a library, with the output it has', async () => {
    const code = blocks('js').find(block => block.includes('decidePreflight')) ?? '';
    const expected = / console\.log\(.*\); \/\/ (.*)/.exec(code.replaceAll('\n', ' '))?.[1]?.trim();
    expect(await run(process.execPath, [asScript(code, 'library.mjs')])).toBe(`${expected}\n`);
  });
});
