import { afterEach, describe, expect, it } from 'vitest';

/** It is plain JavaScript, for Node loads it before there is anything that loads TypeScript. */
const { instrument } = (await import(/* @vite-ignore */ new URL('instrument.mjs', import.meta.url).href)) as {
  readonly instrument: (
    code: string,
    file: string,
    first: number,
  ) => { readonly code: string; readonly count: number };
};

interface Told {
  readonly file: string;
  readonly first: number;
  readonly count: number;
  readonly words: readonly string[];
}

interface Loaded {
  readonly told: Told;
  /** What the code exports as `run`. */
  readonly run: (argument: unknown) => unknown;
  /** How often each place was reached. */
  readonly counts: Uint32Array;
  readonly steps: () => number;
}

const before = globalThis.crossgateCoverage;
afterEach(() => {
  globalThis.crossgateCoverage = before;
});

/** Code with counters, as a module. */
async function load(code: string): Promise<Loaded> {
  const told: Told[] = [];
  let steps = 0;
  const counters = {
    counts: new Uint32Array(100),
    touched: [],
    files: [],
    stepsLeft: 0,
    step: () => {
      steps += 1;
    },
    add: (file: Told) => told.push(file),
  };
  globalThis.crossgateCoverage = counters;
  const changed = instrument(code, 'a.ts', 7);
  expect(changed.code.split('\n').length).toBe(code.split('\n').length);
  const url = `data:text/javascript,${encodeURIComponent(changed.code)}`;
  const { run } = (await import(/* @vite-ignore */ url)) as { readonly run: Loaded['run'] };
  const [about] = told;
  if (!about) throw new Error('nothing is told of the file');
  expect(about.count).toBe(changed.count);
  return { told: about, run, counts: counters.counts, steps: () => steps };
}

describe('instrument', () => {
  it.each([
    {
      name: 'branches without braces',
      code: 'export const run = a => { if (a) return 1; else if (a === 0) return 2; return 3; };',
      results: [1, 2, 3],
    },
    {
      name: 'conditions in conditions',
      code: 'export const run = a => (a ? (a > 1 ? "x" : "y") : a ?? (a || "z"));',
      results: ['y', 0, 'z'],
    },
    {
      name: 'functions that give objects',
      code: 'export const run = a => ({ a, ...(a && { b: (() => a)() }) });',
      results: [{ a: 1, b: 1 }, { a: 0 }, { a: undefined }],
    },
    {
      name: 'cases that fall through',
      code: 'export function run(a) { switch (a) { case 1: case 0: return "few"; default: return "none"; } }',
      results: ['few', 'few', 'none'],
    },
    {
      name: 'classes',
      code: 'class B { #c; constructor(c) { this.#c = c; } get c() { return this.#c; } static of(c) { return new B(c); } }\nexport const run = a => B.of(a).c;',
      results: [1, 0, undefined],
    },
  ])('leaves what code does as it is: $name', async ({ code, results }) => {
    const { run } = await load(code);
    expect([1, 0, undefined].map(run)).toEqual(results);
  });

  it('counts each branch that is taken, and each turn of a loop', async () => {
    const { run, told, counts, steps } = await load(
      'export function run(n) { let odd = 0; for (let i = 0; i < n; i++) if (i % 2) odd += 1; return odd; }',
    );
    expect(run(5)).toBe(2);
    const { first, count } = told;
    expect([first, count]).toEqual([7, 3]);
    expect([...counts.slice(first, first + count)]).toEqual([1, 5, 2]);
    expect(steps()).toBe(5);
  });

  it('knows the texts that stand in the code, also in regular expressions', async () => {
    const { told } = await load(
      'export const run = a => (a === "word" ? `tail` : /^(?:plan\\(|[xy]\\d+;b)$/.test(a));',
    );
    expect(told.words).toEqual(['word', 'tail', 'plan(', ';b']);
  });
});
