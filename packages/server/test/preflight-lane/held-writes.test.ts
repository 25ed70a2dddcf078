import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { holdWrites } from '../../src/preflight-lane/held-writes.ts';

describe('holdWrites', () => {
  let events: string[];

  beforeEach(() => {
    events = [];
  });

  function newStream(name: string): Writable {
    return new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, callback) => {
        events.push(`${name} sends ${text}`);
        callback();
      },
    });
  }

  /** Writes as somebody does who was held before in this turn, or not. */
  function write(stream: Writable, text: string): void {
    if (stream.writableCorked === 0) holdWrites(stream);
    stream.write(text);
    events.push(text);
  }

  it('sends what is written to all streams when all has been written, in order', async () => {
    const [a, b] = [newStream('a'), newStream('b')];
    write(a, '1');
    write(b, '2');
    write(a, '3');
    await new Promise(setImmediate);
    expect(events).toEqual(['1', '2', '3', 'a sends 1', 'a sends 3', 'b sends 2']);
    write(a, '4');
    await new Promise(setImmediate);
    expect(events.slice(-2)).toEqual(['4', 'a sends 4']);
  });

  it('has a stream that ends send what was held of it', async () => {
    const stream = newStream('a');
    write(stream, '1');
    stream.end('2');
    await new Promise(setImmediate);
    expect(events).toEqual(['1', 'a sends 1', 'a sends 2']);
    expect(stream.writableFinished).toBe(true);
  });

  it('is not disturbed by a stream that is gone', async () => {
    const [a, b] = [newStream('a'), newStream('b')];
    write(a, '1');
    write(b, '2');
    a.on('error', () => {}).destroy(new Error('reset'));
    await new Promise(setImmediate);
    expect(events).toEqual(['1', '2', 'b sends 2']);
  });
});
