import { describe, expect, it } from 'vitest';
import {
  browserRequest,
  type DescribedHeader,
  preflightRequest,
  sentOrigin,
} from '../src/described-request.ts';

describe(sentOrigin, () => {
  it.each([
    { text: 'https://a.com', sent: 'https://a.com' },
    { text: 'https://a.com/', sent: 'https://a.com' },
    { text: 'https://A.com:443/path', sent: 'https://a.com' },
    { text: 'http://a.com:443', sent: 'http://a.com:443' },
    { text: 'null', sent: 'null' },
    { text: 'chrome-extension://abcdef', sent: 'chrome-extension://abcdef' },
    { text: 'chrome-extension://abcdef/page.html', sent: undefined },
    { text: 'a.com', sent: undefined },
    { text: 'data:text/html,x', sent: undefined },
    { text: '*', sent: undefined },
  ])('of $text', ({ text, sent }) => {
    expect(sentOrigin(text)).toBe(sent);
  });
});

describe(browserRequest, () => {
  const request = { origin: 'https://a.com', method: 'PUT', headers: [], credentials: 'omit' } as const;

  it('is of a page of the origin, to another one unless it is named', () => {
    const expected = { pageOrigin: 'https://a.com', url: 'https://storage.invalid/', method: 'PUT' };
    expect(browserRequest(request)).toMatchObject(expected);
    const url = 'https://a.com/own';
    expect(browserRequest({ ...request, url })).toMatchObject({ url });
  });

  it.each([
    { name: 'without an origin', origin: undefined, method: 'PUT' },
    { name: 'without a method', origin: 'https://a.com', method: undefined },
    { name: 'of an origin that no page has', origin: 'https://a.com/', method: 'PUT' },
  ])('is none $name', ({ origin, method }) => {
    expect(browserRequest({ ...request, origin, method })).toBeUndefined();
  });
});

describe(preflightRequest, () => {
  const of = (...headers: readonly DescribedHeader[]) =>
    preflightRequest({
      origin: 'https://a.com',
      method: 'POST',
      headers,
      credentials: 'same-origin',
    }).requestHeaders;

  it.each([
    { name: 'asks for nothing without headers', headers: [], asked: undefined },
    {
      name: 'asks for names as they are given',
      headers: [
        { name: 'X-Id', value: undefined },
        { name: 'accept', value: undefined },
      ],
      asked: 'X-Id,accept',
    },
    {
      name: 'asks for what a browser must ask for',
      headers: [{ name: 'content-type', value: 'application/json' }],
      asked: 'content-type',
    },
    {
      name: 'leaves out what a form could send',
      headers: [{ name: 'content-type', value: 'text/plain' }],
      asked: undefined,
    },
    {
      name: 'leaves out what no page can set',
      headers: [
        { name: 'cookie', value: 'a=b' },
        { name: 'x-id', value: '1' },
      ],
      asked: 'x-id',
    },
  ])('$name', ({ headers, asked }) => {
    expect(of(...headers)).toBe(asked);
  });
});
