/*
 * The states of an IPv6 address in brackets, for `origin-shape.ts`. `6<port>|w|<groups>|<1 after a double colon>|<last>`
 * while a browser can have written it (RFC 5952, section 4): last is `start`, `lead` for one colon at the start, `sep`
 * after a colon, `sep0` when a zero is before it, `double` after two, or the digits of a group. `6<port>|c|<last>` and `6<port>|r|<last>` once it cannot,
 * with `start`, `.` or `a` for any other character.
 */

const NO_ORIGIN = 'T';
const GROUPS = 8;

export function stepIpv6(state: string, character: string): string {
  const [port = '', spelling = '', ...rest] = state.slice(1).split('|');
  if (character === ']') return end(port, spelling, rest);
  if (!/[0-9A-Fa-f:.]/.test(character)) return NO_ORIGIN;
  const last = rest.at(-1);
  if (character === '.' && last === '.') return NO_ORIGIN;
  const other = character === '.' ? '.' : 'a';
  if (/[A-F]/.test(character)) return `6${port}|r|a`;
  if (spelling !== 'w') return `6${port}|${spelling}|${other}`;
  return stepGroup(port, rest, character) ?? `6${port}|c|${other}`;
}

function stepGroup(port: string, fields: readonly string[], character: string): string | undefined {
  const [groups = '', double = '', last = ''] = fields;
  if (character === '.') return undefined;
  const inGroup = /^[0-9a-f]+$/.test(last);
  if (character !== ':') {
    if (Number(groups) === GROUPS || last === 'lead') return undefined;
    // Two colons stand for all zeros beside them.
    if (last === 'double' && character === '0') return undefined;
    if (!inGroup) return `6${port}|w|${groups}|${double}|${character}`;
    if (last === '0' || last.length === 4) return undefined;
    // Which digits they are does not matter, only whether it is a lone zero and how many.
    return `6${port}|w|${groups}|${double}|${'1'.repeat(last.length + 1)}`;
  }
  if (inGroup) return `6${port}|w|${Number(groups) + 1}|${double}|${last === '0' ? 'sep0' : 'sep'}`;
  if (last === 'start') return `6${port}|w|${groups}|${double}|lead`;
  return double === '1' || last === 'double' || last === 'sep0' ? undefined : `6${port}|w|${groups}|1|double`;
}

function end(port: string, spelling: string, fields: readonly string[]): string {
  const last = fields.at(-1) ?? '';
  if (last === 'start') return NO_ORIGIN;
  if (spelling !== 'w') return `E${port}|${spelling}`;
  const [groups = '', double = ''] = fields;
  const inGroup = /^[0-9a-f]+$/.test(last);
  const count = Number(groups) + (inGroup ? 1 : 0);
  const complete = double === '1' ? count <= GROUPS - 2 : count === GROUPS;
  return `E${port}|${complete && (inGroup || last === 'double') ? 'w' : 'c'}`;
}
