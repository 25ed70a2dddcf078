/** The lines of a stream, without their ends. Throws when one is longer than the limit; nothing more is read then. */
export async function* readLines(stream: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...begun, chunk.subarray(start, end)]).toString();
      begun = [];
      length = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start === chunk.length) continue;
    begun.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > limitBytes) throw new Error(`a message has more than ${limitBytes} bytes`);
  }
}

const NEWLINE = 0x0a;
