import type { DepartureId } from '@crossgate/core';

/** The scripted cases, by name, in which browsers depart from the standard. In these the model and they disagree. */
export const DEPARTING_CASES: Readonly<Record<DepartureId, readonly string[]>> = {
  'authorization-by-any': [
    'allow-headers ["*"] omit when Authorization is asked for',
    'allow-headers ["*"] omit when put,authorization is asked for',
    'allow-headers ["*, GET"] omit when Authorization is asked for',
    'allow-headers ["*, GET"] omit when put,authorization is asked for',
  ],
  'range-integers': ['request with range: "bytes=99999999999999999998-99999999999999999999"'],
  'range-written-anew': ['request with Range: "bytes=007-7"'],
  'more-safelisted-names': [
    'request with device-memory: "1"',
    'request with downlink: "1"',
    'request with dpr: "1"',
    'request with dpr: "2"',
    'request with intervention: "1"',
    'request with rtt: "1"',
    'request with save-data: "on"',
    'request with user-agent: "1"',
    'request with viewport-width: "1"',
    'request with width: "1"',
  ],
  'joined-values': [
    'request with accept of 64, accept of 63',
    'request with content-type: "text/plain", content-type: "text/plain"',
    `request with ${'accept of 128, '.repeat(8).slice(0, -2)}`,
    `request with ${'accept of 128, '.repeat(8)}content-language: "a"`,
  ],
  'negative-max-age': ['max-age ["-1"]'],
  'repeated-names': ['request with x-a: "1", X-A: "2"'],
  'high-bytes': ['request with accept: "\u0080\u00ff"'],
  'media-type-list': ['request with content-type: "text/plain;garbage,application/json"'],
  'one-content-type': ['request with content-type: "text/plain", content-type: "text/plain"'],
  'no-total-length': [`request with ${'accept of 128, '.repeat(8)}content-language: "a"`],
  'quoted-method-override': ['request with X-Method-Override: "\\"a,TRACE,b\\""'],
  'max-age-no-number': [
    'max-age ["-1"]',
    'max-age ["+600"]',
    'max-age ["600.5"]',
    'max-age ["600s"]',
    'max-age ["0x10"]',
    'max-age ["600, 0"]',
    'max-age ["600","600"]',
    'max-age ["ten"]',
  ],
};
