import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CredentialsMode, HeaderList } from '@crossgate/core';
import { openRecordingGateway, type RecordingGateway } from './recording-gateway.ts';

/** The origins that pages come from. */
export const PAGES = ['address', 'localhost', 'subdomain', 'opaque'] as const;
export type PageName = (typeof PAGES)[number];

const HOSTS = { address: '127.0.0.1', localhost: 'localhost', subdomain: 'a.localhost' } as const;

/** A `fetch` that a page makes. */
export interface PageFetch {
  readonly id: string;
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: CredentialsMode;
  /** How often, one after the other. */
  readonly times: number;
}

/** What the page sees of it, the last time. */
export type PageOutcome =
  | { readonly kind: 'readable'; readonly status: number; readonly headerNames: readonly string[] }
  | { readonly kind: 'blocked'; readonly error: string };

/** A web site of several origins, whose pages fetch what they are told to. Before a server, for fetches to its own origin. */
export interface BrowserSite extends RecordingGateway {
  /** As `Origin` has them. */
  readonly origins: Readonly<Record<PageName, string>>;
  /** What a browser is to be sent to. It stays there, and takes one run after the other. */
  readonly url: string;
  /** Has every page make its fetches, `atOnce` at a time; gives the outcomes by id. */
  readonly run: (
    fetches: ReadonlyMap<PageName, readonly PageFetch[]>,
    atOnce?: number,
  ) => Promise<ReadonlyMap<string, PageOutcome>>;
}

interface Run {
  readonly atOnce: number;
  readonly fetches: ReadonlyMap<PageName, readonly PageFetch[]>;
  readonly outcomes: Map<string, PageOutcome>;
  readonly reporting: Set<PageName>;
  readonly finish: () => void;
}

/** @param upstream `host:port` of the server behind it */
export async function openBrowserSite(upstream: string): Promise<BrowserSite> {
  const runs: Run[] = [];
  /** The browser's question for the next run, and the runs that it was not told of. */
  let asking: ServerResponse | undefined;
  const untold: number[] = [];

  function tell(): void {
    const next = asking && untold.shift();
    if (next === undefined) return;
    const frames = [...(runs[next]?.fetches.keys() ?? [])].map(page => ({
      url: `${baseOf(page)}/-/page?run=${next}&page=${page}`,
      sandbox: page === 'opaque',
    }));
    asking?.setHeader('Content-Type', 'application/json').end(JSON.stringify(frames));
    asking = undefined;
  }

  const answer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://site');
    const run = runs[Number(searchParams.get('run'))];
    const page = searchParams.get('page') as PageName;
    if (pathname === '/-/') sendScript(response, showFrames, '/-/next');
    else if (pathname === '/-/next') {
      asking = response;
      tell();
    } else if (run && pathname === '/-/page') {
      const results = `${baseOf('address')}/-/results${request.url?.slice(pathname.length)}`;
      sendScript(response, fetchAll, { fetches: run.fetches.get(page) ?? [], atOnce: run.atOnce, results });
    } else if (run && pathname === '/-/results') {
      collect(request, run, page).then(
        () => response.end(),
        () => response.destroy(),
      );
    } else response.writeHead(404).end();
  };

  const gateway = await openRecordingGateway(upstream, answer);
  const baseOf = (page: PageName): string =>
    `http://${HOSTS[page === 'opaque' ? 'address' : page]}:${gateway.port}`;
  return {
    ...gateway,
    origins: {
      address: baseOf('address'),
      localhost: baseOf('localhost'),
      subdomain: baseOf('subdomain'),
      opaque: 'null',
    },
    url: `${baseOf('address')}/-/`,
    run: async (fetches, atOnce = 8) => {
      const outcomes = new Map<string, PageOutcome>();
      await new Promise<void>(finish => {
        untold.push(runs.push({ atOnce, fetches, outcomes, reporting: new Set(fetches.keys()), finish }) - 1);
        tell();
      });
      return outcomes;
    },
  };
}

async function collect(request: IncomingMessage, run: Run, page: PageName): Promise<void> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  for (const [id, outcome] of JSON.parse(text) as [string, PageOutcome][]) run.outcomes.set(id, outcome);
  run.reporting.delete(page);
  if (run.reporting.size === 0) run.finish();
}

/** A page that calls a function, which uses nothing but the browser's globals and its argument. */
function sendScript<T>(response: ServerResponse, script: (argument: T) => Promise<void>, argument: T): void {
  const json = JSON.stringify(argument).replaceAll('<', '\\u003c');
  response
    .setHeader('Content-Type', 'text/html; charset=utf-8')
    .end(`<!doctype html><script>(${String(script)})(${json})</script>`);
}

/** In the browser's page: shows the pages of one run after the other. */
async function showFrames(next: string): Promise<void> {
  for (;;) {
    const response = await fetch(next);
    const frames = (await response.json()) as { readonly url: string; readonly sandbox: boolean }[];
    document.body?.replaceChildren();
    for (const { url, sandbox } of frames) {
      const frame = document.createElement('iframe');
      if (sandbox) frame.setAttribute('sandbox', 'allow-scripts');
      frame.src = url;
      (document.body ?? document.documentElement).append(frame);
    }
  }
}

/** In a page: makes its fetches, and reports what it saw. */
async function fetchAll(job: {
  readonly fetches: readonly PageFetch[];
  readonly atOnce: number;
  readonly results: string;
}): Promise<void> {
  const waiting = [...job.fetches];
  const outcomes: [string, PageOutcome][] = [];
  const make = async ({ url, method, headers, credentials }: PageFetch): Promise<PageOutcome> => {
    try {
      const init = {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        credentials,
      };
      const response = await fetch(url, init);
      await response.arrayBuffer();
      return { kind: 'readable', status: response.status, headerNames: [...response.headers.keys()] };
    } catch (error) {
      return { kind: 'blocked', error: (error as Error).name };
    }
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for (let i = 1; i < next.times; i++) await make(next);
      outcomes.push([next.id, await make(next)]);
    }
  };
  await Promise.all(Array.from({ length: job.atOnce }, work));
  await fetch(job.results, { method: 'POST', mode: 'no-cors', body: JSON.stringify(outcomes) });
}
