import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Load, LoadReport } from './load.ts';
import { requestText } from './raw-answer.ts';
import { Refusal } from './refusal.ts';

/** Loads a server with wrk, in one thread: there are as few as two processors, and the server needs one. */
export async function loadWithWrk(wrk: string, load: Load): Promise<LoadReport> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-bench-wrk-'));
  const script = join(directory, 'load.lua');
  writeFileSync(script, scriptFor(load), 'latin1');
  const args = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '-s', script];
  try {
    const { stdout } = await promisify(execFile)(wrk, [...args, `http://127.0.0.1:${load.port}/`]);
    return readReport(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const MARK = 'crossgate-bench ';

/** The requests are made ahead: to make them is not what is measured. */
function scriptFor({ requests }: Load): string {
  const texts = requests.map(request => quoted(requestText(request))).join(',\n');
  return `local texts = {${texts}}
local at = 0
request = function()
  at = at % #texts + 1
  return texts[at]
end
done = function(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('${MARK}{"answers":%d,"milliseconds":%f,"bytes":%d,"failures":%d,"p50Milliseconds":%f,"p99Milliseconds":%f}\\n',
    summary.requests, summary.duration / 1000, summary.bytes, failures,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
`;
}

/** A string of Lua: what is not plain is its decimal code. */
function quoted(text: string): string {
  const plain = /[A-Za-z0-9 :/.,;*=_?&-]/;
  const characters = Array.from(text, character =>
    plain.test(character) ? character : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
  );
  return `"${characters.join('')}"`;
}

function readReport(output: string): LoadReport {
  const line = output.split('\n').find(text => text.startsWith(MARK));
  if (line === undefined) throw new Refusal(`wrk told nothing of its run: ${output}`);
  return JSON.parse(line.slice(MARK.length)) as LoadReport;
}
