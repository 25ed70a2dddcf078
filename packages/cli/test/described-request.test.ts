import { describe, expect, it } from 'vitest';
import { browserRequest, preflightRequest, readHeader, sentOrigin } from '../src/described-request.ts';

describe(readHeader, () => {
  it.each([
    { text: 'X-Id', name: 'X-Id', value: undefined },
    { text: 'X-Id: 7', name: 'X-Id', value: '7' },
    { text: 'x-time:10:00', name: 'x-time', value: '10:00' },
    { text: 'x-empty:', name: 'x-empty', value: '' },
  ])('reads $text', ({ text, name, value }) => {
    expect(readHeader(text)).toEqual({ name, value });
  });

  it.each(['', ':', 'a b', 'a,b', 'ä: 1'])('refuses %j', text => {
    expect(() => readHeader(text)).toThrow('is not NAME or NAME: value');
  });
});

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

  it('is of a page of the origin, to another one', () => {
    expect(browserRequest(request)).toMatchObject({ pageOrigin: 'https://a.com', method: 'PUT' });
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
  const of = (...headers: string[]) =>
    preflightRequest({
      origin: 'https://a.com',
      method: 'POST',
      headers: headers.map(readHeader),
      credentials: 'same-origin',
    }).requestHeaders;

  it.each([
    { name: 'asks for nothing without headers', headers: [], asked: undefined },
    { name: 'asks for names as they are given', headers: ['X-Id', 'accept'], asked: 'X-Id,accept' },
    {
      name: 'asks for what a browser must ask for',
      headers: ['content-type: application/json'],
      asked: 'content-type',
    },
    { name: 'leaves out what a form could send', headers: ['content-type: text/plain'], asked: undefined },
    { name: 'leaves out what no page can set', headers: ['cookie: a=b', 'x-id: 1'], asked: 'x-id' },
  ])('$name', ({ headers, asked }) => {
    expect(of(...headers)).toBe(asked);
  });
});
