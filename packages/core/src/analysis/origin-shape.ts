import { easeHost, hostEnd, startHost, stepHost } from './host-shape.ts';
import { stepIpv6 } from './ipv6-shape.ts';
import { run, type TextShape } from './text-shape.ts';

/**
 * What a text is as the value of an `Origin` header:
 * - `web`: what a browser sends for a page: `http(s)://host[:port]` in lower case, the host of valid DNS labels
 *   (RFC 1123, section 2.1, and `_`) or an IP address, no default port (HTML, "ASCII serialization of an origin").
 * - `dotted`: the same with a final dot in the host.
 * - `app`: the same with another scheme, as extensions and applications send.
 * - `url`: `http(s)://host[:port]` in canonical form that no browser sends, such as `https://a-.com`.
 * - `respelt`: one that has a different canonical form, such as `HTTPS://a.com` or `https://a.com:443`.
 * - `text`: anything else.
 *
 * Of IPv6 addresses it is not asked whether `::` stands for the longest of several runs of zeros.
 */
export type OriginForm = 'web' | 'dotted' | 'app' | 'url' | 'respelt' | 'text';

export const ORIGIN_FORMS: readonly OriginForm[] = ['web', 'app', 'dotted', 'url', 'respelt', 'text'];

/** What browsers send, the plainest first. `null` is sent too, by sandboxed frames and files. */
export const BROWSER_FORMS: readonly OriginForm[] = ['web', 'app', 'dotted'];

/*
 * States are texts: `S` and the part of a scheme that can still become `http(s)://`, `U` the same with capitals, `G`
 * another scheme, `T` a text that is no origin; then, with fields set off by `|`, `H` a host, `6` an IPv6 address, `E`
 * the end of one, `P` a port. Their first field is the default port or `app`, their second a spelling: `w` of
 * browsers, `d` of browsers with a final dot, `c` canonical, `r` respelt.
 */
export const NO_ORIGIN = 'T';

export const originShape: TextShape<OriginForm> = {
  start: 'S',
  groups: [
    'abcdef',
    'gijklmnoqruvwyz',
    ...'htpsx',
    '0',
    '123456789',
    ...'.-:/_[]+*',
    'ABCDEF',
    'GHIJKLMNOPQRSTUVWXYZ',
    '!"#$%&\'();<=>?@\\^`{|}~',
  ],
  step,
  form,
  mayBecome,
  ease: easeHost,
};

/** The form of a whole text. */
export function originForm(text: string): OriginForm {
  return form(run(originShape, originShape.start, text));
}

/** Whether a browser can send it. */
export function isBrowserOrigin(text: string): boolean {
  return text === 'null' || BROWSER_FORMS.includes(originForm(text));
}

function step(state: string, character: string): string {
  switch (state.charAt(0)) {
    case 'S':
    case 'U':
      return stepScheme(state, character);
    case 'G':
      return stepOtherScheme(state, character);
    case 'H':
      return stepHost(state, character);
    case '6':
      return stepIpv6(state, character);
    case 'E':
      return character === ':' ? `P${state.slice(1)}|` : NO_ORIGIN;
    case 'P':
      return stepPort(state, character);
    default:
      return NO_ORIGIN;
  }
}

function stepScheme(state: string, character: string): string {
  const text = state.slice(1);
  const lower = character.toLowerCase();
  const capitals = state.startsWith('U') || lower !== character;
  const next = text + lower;
  if (next === 'http://') return startHost('80', capitals ? 'r' : 'w');
  if (next === 'https://') return startHost('443', capitals ? 'r' : 'w');
  if ('http://'.startsWith(next) || 'https://'.startsWith(next)) return (capitals ? 'U' : 'S') + next;
  if (capitals || text.includes(':')) return NO_ORIGIN;
  if (text === '') return /[a-z]/.test(character) ? 'G' : NO_ORIGIN;
  return stepOtherScheme('G', character);
}

function stepOtherScheme(state: string, character: string): string {
  if (state === 'G') {
    if (character === ':') return 'G:';
    return /[a-z0-9+.-]/.test(character) ? 'G' : NO_ORIGIN;
  }
  if (character !== '/') return NO_ORIGIN;
  return state === 'G:' ? 'G:/' : startHost('app', 'w');
}

function stepPort(state: string, character: string): string {
  const [standard, spelling, digits = ''] = state.slice(1).split('|');
  if (!/[0-9]/.test(character) || digits.length === 5) return NO_ORIGIN;
  const next = digits + character;
  if (Number(next) > 65_535) return NO_ORIGIN;
  if (digits !== '' && next.startsWith('0')) {
    return standard === 'app' ? NO_ORIGIN : `P${standard}|r|${next}`;
  }
  return `P${standard}|${spelling}|${next}`;
}

function form(state: string): OriginForm {
  const [standard = '', spelling = '', rest = ''] = state.slice(1).split('|');
  switch (state.charAt(0)) {
    case 'H': {
      const end = hostEnd(state);
      return end === undefined ? 'text' : spelledForm(standard, end);
    }
    case 'E':
      return spelledForm(standard, spelling);
    case 'P':
      if (rest === '') return 'text';
      return spelledForm(standard, rest === standard ? 'r' : spelling);
    default:
      return 'text';
  }
}

function spelledForm(standard: string, spelling: string): OriginForm {
  switch (spelling) {
    case 'w':
      return standard === 'app' ? 'app' : 'web';
    case 'd':
      return 'dotted';
    case 'c':
      return 'url';
    default:
      return 'respelt';
  }
}

function mayBecome(state: string, wanted: OriginForm): boolean {
  if (wanted === 'text') return true;
  const kind = state.charAt(0);
  if (kind === 'S') return true;
  if (kind === 'U') return wanted === 'respelt';
  if (kind === 'G') return wanted === 'app';
  if (kind === NO_ORIGIN) return false;
  const [standard, spelling = ''] = state.slice(1).split('|');
  if (standard === 'app') return wanted === 'app';
  if (wanted === 'app') return false;
  switch (spelling) {
    case 'w':
      return true;
    case 'd':
      return wanted === 'dotted' || wanted === 'respelt';
    case 'c':
      return wanted === 'url' || wanted === 'respelt';
    default:
      return wanted === 'respelt';
  }
}
