/** The server that is fuzzed, as a process of its own: it counts where it goes, and answers questions over IPC. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type LogLine, startLocalServer } from '../../support/local-server.ts';
import { newCoverage, placesLoaded } from '../coverage/coverage.ts';
import { memoryInUse } from '../measure-memory.ts';

/** What is told of the time since the last answer. */
export interface Since {
  readonly fresh: number;
  /** For how long the event loop did nothing else at the most, and what the process used of its processors. */
  readonly blockedMilliseconds: number;
  readonly processorMilliseconds: number;
  /** Lines of the log at level error. */
  readonly errors: readonly string[];
}

export interface Addresses {
  readonly cos: string;
  readonly qingstor: string;
  readonly 'azure-tables': string;
  readonly boomi: string;
  readonly admin: string;
}

export type ServerQuestion = 'since' | 'places' | 'words' | 'memory' | 'stop';

const RESOLUTION_MILLISECONDS = 5;
const ERROR_LEVEL = 50;

const coverage = newCoverage();
const logged: LogLine[] = [];
const upstream = process.argv[2] ?? '';
const settings = { upstream: [`boomi=${upstream}`, `azure-tables=${upstream}`] };
const server = await startLocalServer(settings, {}, { logged });
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
delay.enable();
let processor = process.cpuUsage();

function since(): Since {
  const { user, system } = process.cpuUsage(processor);
  processor = process.cpuUsage();
  const blockedMilliseconds = delay.max / 1e6;
  delay.reset();
  const errors = logged.filter(({ level }) => Number(level) >= ERROR_LEVEL).map(line => JSON.stringify(line));
  logged.length = 0;
  return {
    fresh: coverage.take(),
    blockedMilliseconds,
    processorMilliseconds: (user + system) / 1000,
    errors,
  };
}

async function answer(question: ServerQuestion): Promise<unknown> {
  switch (question) {
    case 'since':
      return since();
    case 'places':
      return { reached: coverage.reached(), loaded: placesLoaded() };
    case 'words':
      return coverage.words();
    case 'memory':
      return { bytes: await memoryInUse(), residentBytes: process.memoryUsage().rss };
    case 'stop':
      await server.stop();
      return 'stopped';
    default:
      return question satisfies never;
  }
}

process.on('message', ({ id, question }: { readonly id: number; readonly question: ServerQuestion }) => {
  void answer(question).then(value => process.send?.({ id, value }));
});
process.once('disconnect', () => {
  void server.stop().finally(() => process.exit(1));
});
const { cos, qingstor, azureTables, boomi, admin } = server;
process.send?.({
  id: 0,
  value: { cos, qingstor, 'azure-tables': azureTables, boomi, admin } satisfies Addresses,
});
