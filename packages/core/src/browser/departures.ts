import type { BrowserName } from './browsers.ts';

export type DepartureId =
  | 'authorization-by-any'
  | 'range-integers'
  | 'range-written-anew'
  | 'more-safelisted-names'
  | 'joined-values'
  | 'negative-max-age'
  | 'repeated-names'
  | 'high-bytes'
  | 'media-type-list'
  | 'one-content-type'
  | 'no-total-length'
  | 'quoted-method-override'
  | 'max-age-no-number';

/** Where browsers do something else than the standard says, and this model. */
export interface Departure {
  readonly browsers: readonly BrowserName[];
  /** The standard's algorithm that it is about. */
  readonly algorithm: string;
  /** What the browsers do. */
  readonly does: string;
}

/**
 * Seen in Chromium 156 and Firefox 153 by the tests that put this model to them (test/e2e/browser-model.test.ts), which
 * fail when a browser no longer departs.
 */
export const DEPARTURES: Readonly<Record<DepartureId, Departure>> = {
  'authorization-by-any': {
    browsers: ['chromium', 'firefox'],
    algorithm: 'CORS-preflight fetch, step 7.6',
    does: 'without credentials, `*` in `Access-Control-Allow-Headers` stands for `Authorization` as well; both warn that it will not',
  },
  'range-integers': {
    browsers: ['chromium', 'firefox'],
    algorithm: 'parse a single range header value',
    does: 'numbers that do not fit 64 bits are no range',
  },
  'range-written-anew': {
    browsers: ['chromium'],
    algorithm: 'HTTP-network-or-cache fetch',
    does: 'a range is sent without the zeros before its numbers',
  },
  'more-safelisted-names': {
    browsers: ['chromium'],
    algorithm: 'CORS-safelisted request-header',
    does: 'client hints without `Sec-`, `Intervention`, `Save-Data: on` and `User-Agent` go without a preflight',
  },
  'joined-values': {
    browsers: ['chromium'],
    algorithm: 'CORS-unsafe request-header names',
    does: 'lines of one name are joined before they are judged, so that 128 bytes are the limit of all of them',
  },
  'negative-max-age': {
    browsers: ['chromium'],
    algorithm: 'CORS-preflight fetch, step 7.9',
    does: 'a negative age is 0 seconds, not 5',
  },
  'repeated-names': {
    browsers: ['firefox'],
    algorithm: 'convert header names to a sorted-lowercase set',
    does: 'a name given twice is asked for twice',
  },
  'high-bytes': {
    browsers: ['firefox'],
    algorithm: 'CORS-unsafe request-header byte',
    does: 'bytes from 0x80 are unsafe',
  },
  'media-type-list': {
    browsers: ['firefox'],
    algorithm: 'CORS-safelisted request-header, content-type',
    does: 'a value with commas is read as a list of media types, of which one counts',
  },
  'one-content-type': {
    browsers: ['firefox'],
    algorithm: 'HTTP-network-or-cache fetch',
    does: 'of several lines of `Content-Type` one is sent',
  },
  'no-total-length': {
    browsers: ['firefox'],
    algorithm: 'CORS-unsafe request-header names',
    does: 'safelisted values can have more than 1024 bytes together',
  },
  'quoted-method-override': {
    browsers: ['firefox'],
    algorithm: 'forbidden request-header, step 3',
    does: 'commas in quoted strings separate methods as well',
  },
  'max-age-no-number': {
    browsers: ['firefox'],
    algorithm: 'CORS-preflight fetch, step 7.9',
    does: 'an age that is not of digits alone is 0 seconds, not 5',
  },
};
