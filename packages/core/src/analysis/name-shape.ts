import { run, type TextShape } from './text-shape.ts';

/** What a name is as a request header: one that a page can set, or one that only the browser sets, if anybody. */
export type NameForm = 'settable' | 'forbidden';

/** Fetch, "forbidden request-header". */
const FORBIDDEN: readonly string[] = [
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];
const FORBIDDEN_PREFIXES: readonly string[] = ['proxy-', 'sec-'];

const FREE = '+';
const KEPT = '-';

/** States are `=` and the name so far while it can become forbidden, then `+` for never and `-` for always. */
export const nameShape: TextShape<NameForm> = {
  start: '=',
  // Letters, digits and `-` are parts of forbidden names, so that each stands for itself.
  groups: [...'abcdefghijklmnopqrstuvwxyz', ...'0123456789', '-', "!#$%&'*+.^_`|~"],
  step,
  form: state => (state === KEPT || FORBIDDEN.includes(state.slice(1)) ? 'forbidden' : 'settable'),
  mayBecome: (state, form) => (form === 'settable' ? state !== KEPT : state !== FREE),
  ease: state => state,
};

function step(state: string, character: string): string {
  if (!state.startsWith('=')) return state;
  const text = state.slice(1) + character;
  if (FORBIDDEN_PREFIXES.includes(text)) return KEPT;
  const more = [...FORBIDDEN, ...FORBIDDEN_PREFIXES].some(name => name.startsWith(text));
  return more ? `=${text}` : FREE;
}

/** Whether a page can set the header, by its name in lower case. */
export function isSettable(name: string): boolean {
  return nameShape.form(run(nameShape, nameShape.start, name)) === 'settable';
}
