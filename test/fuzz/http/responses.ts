/** A response as it came off the wire, one character a byte. */
export interface WireResponse {
  readonly status: number;
  readonly headerLines: readonly string[];
  readonly body: string;
}

export interface WireResponses {
  readonly responses: readonly WireResponse[];
  /** What is behind the last one that is complete. */
  readonly rest: string;
}

/** Takes apart what a server has sent. Whether a response has a body can depend on its request: then what follows tells. */
export function readResponses(stream: string): WireResponses {
  const responses: WireResponse[] = [];
  let rest = stream;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1 || !rest.startsWith('HTTP/1.1 ')) return { responses, rest };
    const [statusLine = '', ...headerLines] = rest.slice(0, end).split('\r\n');
    const status = Number(statusLine.slice(9, 12));
    const after = rest.slice(end + 4);
    const length = bodyLength(status, headerLines, after);
    if (length === undefined) return { responses, rest };
    if (status >= 200) responses.push({ status, headerLines, body: after.slice(0, length) });
    rest = after.slice(length);
  }
}

/** Undefined when it is not complete. */
function bodyLength(status: number, headerLines: readonly string[], after: string): number | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  // To `HEAD`: the head is all, whatever it tells of a body.
  if (after === '' || after.startsWith('HTTP/1.1 ')) return 0;
  const value = (name: string): string | undefined =>
    headerLines
      .find(line => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') return chunkedLength(after);
  const length = value('content-length');
  if (length === undefined) return after.length;
  return Number(length) <= after.length ? Number(length) : undefined;
}

function chunkedLength(text: string): number | undefined {
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    if (end === -1) return undefined;
    const size = Number.parseInt(text.slice(at, end), 16);
    at = end + 2 + size + 2;
    if (Number.isNaN(size) || at > text.length) return undefined;
    if (size === 0) return at;
  }
}
