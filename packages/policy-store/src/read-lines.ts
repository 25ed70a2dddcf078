/**
 * The lines of a stream, without their ends: each time all that are complete by then. Throws when one is longer than the
 * limit; nothing more is read then.
 */
export async function* readLines(
  stream: AsyncIterable<Buffer>,
  limitBytes: number,
): AsyncGenerator<readonly string[]> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...begun, chunk.subarray(start, end)]).toString();
      begun = [];
      length = 0;
      start = end + 1;
      if (line !== '') lines.push(line);
    }
    if (lines.length > 0) yield lines;
    if (start === chunk.length) continue;
    begun.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > limitBytes) throw new Error(`a message has more than ${limitBytes} bytes`);
  }
}

const NEWLINE = 0x0a;
