import { type Diagnostic, formatDiagnostic, type ResponseHeader } from '@crossgate/core';
import { holds } from '../target.ts';

const JSON_LINE_BREAK = /\n/;
/** XML 1.0, section 2.11: a carriage return alone ends a line, too. */
export const XML_LINE_BREAK: RegExp = /\r\n?|\n/;

/** Every finding has a text of one line, and a place that is in the document. */
export function checkFindings(
  findings: readonly Diagnostic[],
  document: string,
  lineBreak: RegExp = JSON_LINE_BREAK,
): void {
  holds(findings.length > 0, 'a refused document has a finding');
  const lengths = document.split(lineBreak).map(line => line.length);
  for (const finding of findings) {
    const text = formatDiagnostic(finding);
    holds(!/\p{Cc}/u.test(text), 'a finding is told in one line', text);
    for (const place of [finding.position, finding.end]) {
      if (!place) continue;
      const { line, column } = place;
      // The end of a line, and that of the text, are places.
      const isThere = line >= 1 && column >= 1 && column <= (lengths[line - 1] ?? -2) + 2;
      holds(isThere, 'a finding has a place in the document', { place, finding });
    }
    const { position, end } = finding;
    const inOrder = !position || !end || end.line > position.line || end.column >= position.column;
    holds(
      inOrder && !(position && end && end.line < position.line),
      'a span ends behind its beginning',
      finding,
    );
  }
}

/** RFC 9110, section 5.5: nothing that would end a line, or that a reader may take for its end. */
export function checkHeaders(headers: readonly ResponseHeader[]): void {
  for (const [name, value] of headers) {
    holds(/^[!#$%&'*+.^_`|~\w-]+$/.test(name), 'a header has a name', name);
    holds(!/[\r\n\0]|[^\0-\xff]/.test(value), 'the value of a header is of one line', { name, value });
  }
}

export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** With members in the order of their names: they mean the same in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}
