import { describe, expect, it } from 'vitest';
import { openProgressBar } from '../src/progress-bar.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string): boolean => {
    written.push(text);
    return true;
  };
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

describe('openProgressBar', () => {
  it('shows how much is done, in one line', () => {
    const { written, stream } = terminal(true);
    let time = 0;
    const bar = openProgressBar(stream, () => time);
    bar.show('Copying', 0, 4);
    time = 1_000;
    bar.show('Copying', 1, 4);
    bar.show('Copying', 4, 4);
    bar.show('Copying', 0, 0);
    bar.clear();
    expect(written).toEqual([
      '\r\x1b[KCopying [..............................]   0% 0/4',
      '\r\x1b[KCopying [#######.......................]  25% 1/4',
      '\r\x1b[KCopying [##############################] 100% 4/4',
      '\r\x1b[KCopying [##############################] 100% 0/0',
      '\r\x1b[K',
    ]);
  });

  it('writes no more often than can be seen, but the end', () => {
    const { written, stream } = terminal(true);
    let time = 0;
    const bar = openProgressBar(stream, () => time);
    for (let done = 1; done <= 1_000; done++) {
      time += 1;
      bar.show('Copying', done, 1_000);
    }
    expect(written).toHaveLength(11);
    expect(written.at(-1)).toContain('1000/1000');
  });

  it('writes nothing where nobody looks', () => {
    const { written, stream } = terminal(false);
    const bar = openProgressBar(stream);
    bar.show('Copying', 1, 2);
    bar.clear();
    expect(written).toEqual([]);
  });
});
