import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Access, Load, LoadReport } from './load.ts';
import { requestText } from './raw-answer.ts';
import { Refusal } from './refusal.ts';

/** A late answer is not a wrong one: the latencies tell of it. */
const TIME_LIMIT_SECONDS = 10;

/** Loads a server with wrk, in one thread: there are as few as two processors, and the server needs one. */
export async function loadWithWrk(wrk: string, load: Load): Promise<LoadReport> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-bench-wrk-'));
  const script = join(directory, 'load.lua');
  writeFileSync(script, scriptFor(load), 'latin1');
  const args = [
    '-t1',
    `-c${load.connections}`,
    `-d${load.seconds}s`,
    '--timeout',
    `${TIME_LIMIT_SECONDS}s`,
    '-s',
    script,
  ];
  try {
    const { stdout } = await promisify(execFile)(wrk, [...args, `http://127.0.0.1:${load.port}/`]);
    return readReport(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const MARK = 'crossgate-bench ';

/** The requests are made ahead: to make them is not what is measured. */
function requestFunction({ requests }: Load): string {
  const texts = requests.map(request => quoted(requestText(request))).join(',\n');
  return `local texts = {${texts}}
local at = 0
request = function()
  at = at % #texts + 1
  return texts[at]
end`;
}

/** Takes the ranks of tenants to places far apart: a prime that is no factor of a power of ten. */
export const SCATTER = 7_368_787;

let seed = 0;

/**
 * Millions of requests cannot be made ahead. The logarithm of a rank is uniform where ranks are Zipf's, with the
 * exponent 1. Every turn has other random numbers, for the tenants of the last one are known.
 */
function tenantFunction([request]: Load['requests'], { count, pattern }: Access): string {
  seed += 1;
  const parts = request ? requestText(request).split('{tenant}').map(quoted).join(',') : '';
  const rank = pattern === 'zipf' ? 'floor(count ^ random()) - 1' : 'floor(count * random())';
  return `local parts = {${parts}}
local concat, floor, random, format = table.concat, math.floor, math.random, string.format
local count = ${count}
math.randomseed(${seed})
request = function()
  local rank = ${rank}
  return concat(parts, format('%07d', (rank * ${SCATTER}) % count))
end`;
}

function scriptFor(load: Load): string {
  return `${load.access ? tenantFunction(load.requests, load.access) : requestFunction(load)}
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('${MARK}{"answers":%d,"milliseconds":%f,"bytes":%d,"brokenSockets":%d,"otherStatuses":%d,"timeouts":%d,"p50Milliseconds":%f,"p99Milliseconds":%f}\\n',
    summary.requests, summary.duration / 1000, summary.bytes,
    errors.connect + errors.read + errors.write, errors.status, errors.timeout,
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
