/*
 * The states of a host, for `origin-shape.ts`. `H<port>|w|<numbers>|<length>|<label>` while a browser can have written it:
 * - numbers: how many labels there were, all of them IPv4 numbers; `m` when one was not.
 * - length: of the label so far.
 * - label: `start` of the host, `.w` and `.n` after the dot behind a word or a number, `d<digits>` an IPv4 number, `D`
 *   another number, `x` a hexadecimal one, `w` a word, `-` a word that ends with a hyphen.
 * `H<port>|c|<last>` and `H<port>|r|<last>` once it cannot: `start`, `.` or `a` for any other character.
 */

const NO_ORIGIN = 'T';
/** RFC 1035, section 2.3.4. */
const LONGEST_LABEL = 63;

export function startHost(port: string, spelling: 'w' | 'r'): string {
  return spelling === 'w' ? `H${port}|w|0|0|start` : `H${port}|r|start`;
}

export function stepHost(state: string, character: string): string {
  const fields = state.slice(1).split('|');
  const [port = '', spelling = ''] = fields;
  if (!/[A-Za-z0-9._:[-]/.test(character)) return NO_ORIGIN;
  if (character === ':') return stepToPort(state, port);
  const last = spelling === 'w' ? fields[4] : fields[2];
  if (character === '[') {
    if (last !== 'start' || port === 'app') return NO_ORIGIN;
    return spelling === 'w' ? `6${port}|w|0|0|start` : `6${port}|${spelling}|start`;
  }
  if (character === '.' && (last === 'start' || last?.startsWith('.'))) return NO_ORIGIN;
  const capital = /[A-Z]/.test(character);
  if (spelling === 'w' && !capital) return stepLabel(port, fields, character);
  if (port === 'app') return NO_ORIGIN;
  return `H${port}|${capital ? 'r' : spelling}|${character === '.' ? '.' : 'a'}`;
}

function stepToPort(state: string, port: string): string {
  const end = hostEnd(state);
  return end === undefined ? NO_ORIGIN : `P${port}|${end}|`;
}

function stepLabel(port: string, fields: readonly string[], character: string): string {
  const [, , numbers = '', length = '', label = ''] = fields;
  const unsendable = port === 'app' ? NO_ORIGIN : `H${port}|c|${character === '.' ? '.' : 'a'}`;
  if (character === '.') {
    if (label === '-') return unsendable;
    const isNumber = /^[dDx]/.test(label);
    const counts = label.startsWith('d') && /^[0-3]$/.test(numbers);
    return `H${port}|w|${counts ? Number(numbers) + 1 : 'm'}|0|${isNumber ? '.n' : '.w'}`;
  }
  const next = nextLabel(label, character);
  if (next === undefined || Number(length) === LONGEST_LABEL) return unsendable;
  return `H${port}|w|${numbers}|${Number(length) + 1}|${next}`;
}

function nextLabel(label: string, character: string): string | undefined {
  const digit = /[0-9]/.test(character);
  if (label === 'start' || label.startsWith('.')) {
    if (character === '-') return undefined;
    return digit ? `d${character}` : 'w';
  }
  if (character === '-') return '-';
  if (label.startsWith('d') || label === 'D') {
    if (!digit) return label === 'd0' && character === 'x' ? 'x' : 'w';
    const value = label.slice(1) + character;
    return label === 'D' || label === 'd0' || Number(value) > 255 ? 'D' : `d${value}`;
  }
  return label === 'x' && /[0-9a-f]/.test(character) ? 'x' : 'w';
}

/** As if the label had no length yet. */
export function easeHost(state: string): string {
  return state.startsWith('H') ? state.replace(/^(H\w+\|w\|\w)\|\d+/, '$1|0') : state;
}

/**
 * The spelling of a host that ends here, undefined where none can end. A host whose last label is a number is an IPv4
 * address, which a browser writes as four of them (URL standard, "ends in a number").
 */
export function hostEnd(state: string): 'w' | 'd' | 'c' | 'r' | undefined {
  const fields = state.slice(1).split('|');
  const [port, spelling, numbers, , label = ''] = fields;
  if (spelling !== 'w') {
    if (fields[2] === 'start') return undefined;
    return spelling === 'c' ? 'c' : 'r';
  }
  if (label === 'start') return undefined;
  if (label === 'w' || (label.startsWith('d') && numbers === '3')) return 'w';
  if (port === 'app') return undefined;
  return label === '.w' ? 'd' : 'c';
}
