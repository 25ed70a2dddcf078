import { describe, expect, it } from 'vitest';
import { EtcdError } from '../src/etcd/etcd-error.ts';
import { type FirstAnswer, firstAnswer } from '../src/etcd/first-answer.ts';

/** What an endpoint does with each request that it gets. */
type Conduct = 'answers' | 'fails' | 'refuses' | 'says nothing';

interface Case {
  readonly name: string;
  readonly endpoints: readonly Conduct[];
  readonly first?: number;
  /** What becomes of it, or of which kind the failure is. */
  readonly is: Omit<FirstAnswer, 'answer'> | EtcdError['kind'];
  /** Which endpoints were asked, in order. */
  readonly asked: readonly number[];
}

const CASES: readonly Case[] = [
  {
    name: 'the first, when it answers',
    endpoints: ['answers', 'answers'],
    is: { endpoint: 0, wasSilent: false },
    asked: [0],
  },
  {
    name: 'the next one, when the first fails',
    endpoints: ['answers', 'fails'],
    first: 1,
    is: { endpoint: 0, wasSilent: false },
    asked: [1, 0],
  },
  {
    name: 'the next one, when the first says nothing',
    endpoints: ['says nothing', 'answers'],
    is: { endpoint: 1, wasSilent: true },
    asked: [0, 1],
  },
  {
    name: 'whichever answers, of many',
    endpoints: ['says nothing', 'fails', 'says nothing', 'answers'],
    is: { endpoint: 3, wasSilent: true },
    asked: [0, 1, 2, 3],
  },
  {
    name: 'nobody, when all fail',
    endpoints: ['fails', 'fails'],
    is: 'unreachable',
    asked: [0, 1, 0],
  },
  {
    name: 'nobody, when one refuses',
    endpoints: ['says nothing', 'refuses', 'answers'],
    is: 'refused',
    asked: [0, 1],
  },
];

describe('firstAnswer', () => {
  it.each(CASES)('is of $name', async ({ endpoints, first = 0, is, asked: wanted }) => {
    const asked: number[] = [];
    const ended: number[] = [];
    const send = (endpoint: number, isAgain: boolean, signal: AbortSignal): Promise<unknown> => {
      expect(isAgain).toBe(asked.length > 0);
      asked.push(endpoint);
      const conduct = endpoints[endpoint] ?? 'fails';
      switch (conduct) {
        case 'answers':
          return Promise.resolve(`answer ${endpoint}`);
        case 'fails':
          return Promise.reject(new EtcdError('unreachable', 'gone'));
        case 'refuses':
          return Promise.reject(new EtcdError('refused', 'no'));
        case 'says nothing':
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              ended.push(endpoint);
              reject(new EtcdError('unreachable', 'aborted'));
            });
          });
        default:
          return conduct satisfies never;
      }
    };
    const found = firstAnswer(
      { endpoints: endpoints.length, first, silenceMilliseconds: 5, send },
      new AbortController().signal,
    );
    if (typeof is === 'string') await expect(found).rejects.toMatchObject({ kind: is });
    else expect(await found).toEqual({ ...is, answer: `answer ${is.endpoint}` });
    expect(asked).toEqual(wanted);
    expect(ended).toEqual(wanted.filter(endpoint => endpoints[endpoint] === 'says nothing'));
  });

  it('asks a single endpoint again that says nothing, until it is told to end', async () => {
    let asked = 0;
    const ending = new AbortController();
    const send = (_: number, __: boolean, signal: AbortSignal): Promise<unknown> => {
      asked += 1;
      if (asked === 3) ending.abort();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new EtcdError('unreachable', 'aborted')));
        if (signal.aborted) reject(new EtcdError('unreachable', 'aborted'));
      });
    };
    const asking = { endpoints: 1, first: 0, silenceMilliseconds: 5, send };
    await expect(firstAnswer(asking, ending.signal)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(asked).toBe(3);
  });
});
