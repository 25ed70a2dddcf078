import {
  type BrowserName,
  DEPARTURES,
  type DepartureId,
  MAX_AGE_LIMIT_SECONDS,
  planFetch,
} from '@crossgate/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BrowserSite,
  openBrowserSite,
  type PageFetch,
  type PageName,
} from '../support/browser-model/browser-site.ts';
import { type MatrixCase, matrixCases, matrixExpectation } from '../support/browser-model/matrix.ts';
import { type MatrixServices, startMatrixServices } from '../support/browser-model/matrix-services.ts';
import { difference, isPreflight, observed } from '../support/browser-model/observation.ts';
import { openRecordingGateway, type RecordingGateway } from '../support/browser-model/recording-gateway.ts';
import { expectedRedirect, observedRedirect, redirectCases } from '../support/browser-model/redirects.ts';
import {
  expectedPreflights,
  scriptedExpectation,
  scriptedFetch,
  startScriptedServer,
} from '../support/browser-model/scripted.ts';
import { scriptedAges, scriptedAnswers } from '../support/browser-model/scripted-answers.ts';
import type { ScriptedCase } from '../support/browser-model/scripted-case.ts';
import { DEPARTING_CASES } from '../support/browser-model/scripted-departures.ts';
import { scriptedRequests } from '../support/browser-model/scripted-requests.ts';
import { CHROMIUM_MISSING, startChromium } from '../support/chromium.ts';
import { FIREFOX_MISSING, startFirefox } from '../support/firefox.ts';
import { describeWith } from '../support/required.ts';

interface Stoppable {
  readonly stop: () => Promise<void>;
}

interface BrowserUnderTest {
  readonly name: BrowserName;
  readonly missing: string | undefined;
  /** Sends it to a page. */
  readonly start: (url: string) => Promise<Stoppable>;
}

const BROWSERS: readonly BrowserUnderTest[] = [
  {
    name: 'chromium',
    missing: CHROMIUM_MISSING,
    start: async url => {
      const browser = await startChromium();
      await (await browser.context.newPage()).goto(url);
      return browser;
    },
  },
  { name: 'firefox', missing: FIREFOX_MISSING, start: async url => startFirefox(url) },
];

/** Each takes some five seconds on a machine with nothing else to do. */
const TIMEOUT_MS = 120_000;

for (const { name: browserName, missing, start } of BROWSERS) {
  describeWith(missing)(`predictFetch, against ${browserName} and four services`, () => {
    let services: MatrixServices;
    let browser: Stoppable;

    beforeAll(async () => {
      services = await startMatrixServices();
      browser = await start(services.site.url);
    }, TIMEOUT_MS);

    afterAll(async () => {
      await browser?.stop();
      await services?.stop();
    });

    it('tells what is sent and answered, and what the page reads', { timeout: TIMEOUT_MS }, async () => {
      const { site } = services;
      const cases = matrixCases(services, 20);
      const outcomes = await site.run(byPage(cases));
      const differences = cases.map(each => {
        const exchanges = each.target.gateway.exchangesOf(each.fetch.id);
        const seen = observed(each.fetch, exchanges, outcomes.get(each.fetch.id));
        return difference(each.name, seen, matrixExpectation(each, site.origins, exchanges));
      });
      expect(differences.filter(each => each !== undefined)).toEqual([]);
      // Something is let in, and something is kept out, often enough to tell.
      const readable = [...outcomes.values()].filter(({ kind }) => kind === 'readable');
      expect(readable.length).toBeGreaterThan(300);
      expect(cases.length - readable.length).toBeGreaterThan(300);
    });
  });

  describeWith(missing)(`planFetch, checkPreflight and checkActual, against ${browserName}`, () => {
    const cases: ScriptedCase[] = [];
    const stops: Stoppable['stop'][] = [];
    let site: BrowserSite;
    let gateway: RecordingGateway;

    beforeAll(async () => {
      const server = await startScriptedServer(cases);
      stops.push(server.stop);
      site = await openBrowserSite(server.address);
      stops.push(site.stop);
      gateway = await openRecordingGateway(server.address);
      stops.push(gateway.stop);
      const browser = await start(site.url);
      stops.push(browser.stop);
    }, TIMEOUT_MS);

    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    /** Adds cases, which are numbered through, and makes the fetches of a page of `localhost`. */
    async function run(added: readonly ScriptedCase[], atOnce: number): ReturnType<BrowserSite['run']> {
      cases.push(...added);
      return await site.run(new Map([['localhost', added.map(fetchOf)]]), atOnce);
    }

    function fetchOf(scripted: ScriptedCase): PageFetch {
      return scriptedFetch(scripted, elsewhere(), cases.indexOf(scripted));
    }

    /** An origin that no page has. */
    function elsewhere(): string {
      return `http://127.0.0.1:${gateway.port}`;
    }

    it('tell what is sent, and what the page reads', { timeout: TIMEOUT_MS }, async () => {
      const origin = site.origins.localhost;
      const scripted = [...scriptedRequests(origin), ...scriptedAnswers(origin)];
      const outcomes = await run(scripted, 8);
      const differences = new Map<string, string>();
      for (const each of scripted) {
        const fetch = fetchOf(each);
        const seen = observed(fetch, gateway.exchangesOf(fetch.id), outcomes.get(fetch.id));
        const found = difference(each.name, seen, scriptedExpectation(each, fetch, origin));
        if (found !== undefined) differences.set(each.name, found);
      }
      expect(unexplained(differences, scripted, browserName)).toEqual([]);
    });

    it('tell where a redirect leads, and as whom', { timeout: TIMEOUT_MS }, async () => {
      const origin = site.origins.localhost;
      const redirects = redirectCases(site, elsewhere());
      cases.push(...redirects);
      const fetches = redirects.map(each => scriptedFetch(each, each.base, cases.indexOf(each)));
      const outcomes = await site.run(new Map([['localhost', fetches]]));
      const exchangesOf = (id: string) => [...site.exchangesOf(id), ...gateway.exchangesOf(id)];
      for (const [index, fetch] of fetches.entries()) {
        const each = redirects[index];
        if (!each) continue;
        const isReadable = outcomes.get(fetch.id)?.kind === 'readable';
        const seen = observedRedirect(each, isReadable, exchangesOf);
        expect(seen, each.name).toEqual(expectedRedirect(each, fetch, origin));
      }
    });

    it('tell how often a preflight is sent for several fetches', { timeout: TIMEOUT_MS }, async () => {
      const origin = site.origins.localhost;
      const [first, ...others] = scriptedAges(origin);
      // Firefox forgets what was answered before it had found, and kept, the address of the host.
      const warmUp = { ...first, name: 'warm-up' } as ScriptedCase;
      const scripted = first ? [first, ...others] : [];
      await run([warmUp, ...scripted], 1);
      const differences = new Map<string, string>();
      for (const each of scripted) {
        const fetch = fetchOf(each);
        const plan = planFetch({ pageOrigin: origin, ...fetch });
        if (plan.kind === 'blocked') throw new Error(plan.help);
        const sent = gateway.exchangesOf(fetch.id).filter(isPreflight).length;
        const expected = expectedPreflights(each, plan, MAX_AGE_LIMIT_SECONDS[browserName]);
        if (sent !== expected)
          differences.set(each.name, `${each.name}: ${sent} preflights, not ${expected}`);
      }
      expect(unexplained(differences, scripted, browserName)).toEqual([]);
    });
  });
}

describe('DEPARTURES', () => {
  it('are each of a case', () => {
    const origin = 'http://localhost:1';
    const cases = [...scriptedRequests(origin), ...scriptedAnswers(origin), ...scriptedAges(origin)];
    const names = cases.map(({ name }) => name);
    for (const departing of Object.values(DEPARTING_CASES)) {
      expect(departing.length).toBeGreaterThan(0);
      expect(departing.filter(name => !names.includes(name))).toEqual([]);
    }
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** The differences that are no departures, and the departures that are no differences. */
function unexplained(
  differences: ReadonlyMap<string, string>,
  cases: readonly ScriptedCase[],
  browser: BrowserName,
): readonly string[] {
  const ids = Object.keys(DEPARTURES) as DepartureId[];
  const departing = new Set(
    ids.flatMap(id => (DEPARTURES[id].browsers.includes(browser) ? DEPARTING_CASES[id] : [])),
  );
  return cases.flatMap(({ name }) => {
    const found = differences.get(name);
    if (departing.has(name)) return found === undefined ? [`${name}: ${browser} departs no longer`] : [];
    return found === undefined ? [] : [found];
  });
}

function byPage(cases: readonly MatrixCase[]): ReadonlyMap<PageName, readonly PageFetch[]> {
  const fetches = new Map<PageName, PageFetch[]>();
  for (const { page, fetch } of cases) fetches.set(page, [...(fetches.get(page) ?? []), fetch]);
  return fetches;
}
