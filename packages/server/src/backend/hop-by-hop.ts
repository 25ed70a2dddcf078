/**
 * Headers of one connection, which end at each end of it (RFC 9110, section 7.6.1), those of HTTP authentication at
 * proxies among them, and `Expect`, which is answered here.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Most other names are told by their length alone. */
const LENGTHS: readonly boolean[] = Array.from({ length: 32 }, (_, length) =>
  [...HOP_BY_HOP].some(name => name.length === length),
);

/** What a message means depends on them: they go on, whatever `Connection` says. */
const KEPT: ReadonlySet<string> = new Set(['content-length', 'host']);

/** What `Connection` names, in lower case. */
export type ConnectionOptions = ReadonlySet<string>;

/** Whether a header goes on to the next hop: all do but those of the connection and those that `Connection` names. */
export function isEndToEnd(name: string, options: ConnectionOptions | undefined): boolean {
  if (options === undefined) return LENGTHS[name.length] !== true || !HOP_BY_HOP.has(name.toLowerCase());
  const key = name.toLowerCase();
  return !HOP_BY_HOP.has(key) && (!options.has(key) || KEPT.has(key));
}

/**
 * What the `Connection` lines of a message name, beside whether it stays. Undefined when that is nothing, as nearly
 * always.
 *
 * @param lines names and values in turn
 */
export function connectionOptions(lines: readonly string[]): ConnectionOptions | undefined {
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i];
    if (name?.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const value = lines[i + 1] ?? '';
    if (value === 'keep-alive' || value === 'close') continue;
    named ??= new Set();
    for (const option of value.split(',')) named.add(option.trim().toLowerCase());
  }
  return named;
}
