import {
  FORBIDDEN_REQUEST_HEADER_PREFIXES,
  FORBIDDEN_REQUEST_HEADERS,
} from '../forbidden-request-headers.ts';
import type { TextShape } from './text-shape.ts';

/** What a name is as a request header: one that a page can set, or one that only the browser sets, if anybody. */
export type NameForm = 'settable' | 'forbidden';

const FREE = '+';
const KEPT = '-';

/** States are `=` and the name so far while it can become forbidden, then `+` for never and `-` for always. */
export const nameShape: TextShape<NameForm> = {
  start: '=',
  // Letters, digits and `-` are parts of forbidden names, so that each stands for itself.
  groups: [...'abcdefghijklmnopqrstuvwxyz', ...'0123456789', '-', "!#$%&'*+.^_`|~"],
  step,
  form: state =>
    state === KEPT || FORBIDDEN_REQUEST_HEADERS.includes(state.slice(1)) ? 'forbidden' : 'settable',
  mayBecome: (state, form) => (form === 'settable' ? state !== KEPT : state !== FREE),
  ease: state => state,
};

function step(state: string, character: string): string {
  if (!state.startsWith('=')) return state;
  const text = state.slice(1) + character;
  if (FORBIDDEN_REQUEST_HEADER_PREFIXES.includes(text)) return KEPT;
  const forbidden = [...FORBIDDEN_REQUEST_HEADERS, ...FORBIDDEN_REQUEST_HEADER_PREFIXES];
  const more = forbidden.some(name => name.startsWith(text));
  return more ? `=${text}` : FREE;
}
