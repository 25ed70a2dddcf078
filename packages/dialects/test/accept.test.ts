import { describe, expect, it } from 'vitest';
import { preferredMediaType } from '../src/accept.ts';

const XML = 'application/xml';
const JSON_TYPE = 'application/json';
interface Case {
  readonly name: string;
  readonly accept: string | undefined;
  readonly expected: string | undefined;
}

const cases: readonly Case[] = [
  { name: 'no Accept', accept: undefined, expected: XML },
  { name: 'an empty one', accept: ' ', expected: XML },
  { name: 'anything', accept: '*/*', expected: XML },
  { name: 'a type by its name', accept: JSON_TYPE, expected: JSON_TYPE },
  { name: 'a type in another case', accept: 'Application/JSON', expected: JSON_TYPE },
  { name: 'both, equally, in their order', accept: 'application/json, application/xml', expected: JSON_TYPE },
  { name: 'both, by weight', accept: 'application/xml;q=0.8, application/json;q=0.9', expected: JSON_TYPE },
  {
    name: 'weights of three digits',
    accept: 'application/xml;q=0.998,application/json;q=0.999',
    expected: JSON_TYPE,
  },
  { name: 'a weight in capitals with spaces', accept: 'application/xml ; Q=0.1 , */*', expected: JSON_TYPE },
  {
    name: 'a name beside anything, as axios sends it',
    accept: 'application/json, text/plain, */*',
    expected: JSON_TYPE,
  },
  { name: 'a name beside its kind', accept: 'application/*, application/json', expected: JSON_TYPE },
  { name: 'anything, at a higher weight than a name', accept: 'application/json;q=0.5, */*', expected: XML },
  {
    name: 'what a browser sends for a page',
    accept: 'text/html,application/xml;q=0.9,*/*;q=0.8',
    expected: XML,
  },
  { name: 'all but one', accept: '*/*, application/xml;q=0', expected: JSON_TYPE },
  {
    name: 'all but one, the exception first',
    accept: 'application/xml;q=0.000,*/*;q=0.1',
    expected: JSON_TYPE,
  },
  { name: 'a kind', accept: 'application/*;q=0.2, text/html', expected: XML },
  { name: 'a type that is not offered', accept: 'text/html', expected: undefined },
  { name: 'nothing', accept: '*/*;q=0', expected: undefined },
  {
    name: 'a parameter, which is passed over',
    accept: 'application/json; charset=utf-8',
    expected: JSON_TYPE,
  },
  {
    name: 'a quoted parameter with a comma',
    accept: 'application/json;q=0.5;a="x, application/xml, ", application/xml;q=0.4',
    expected: JSON_TYPE,
  },
  {
    name: 'a quoted parameter with a quotation mark',
    accept: 'application/json;q=0.5;a="\\", application/xml, ", application/xml;q=0.4',
    expected: JSON_TYPE,
  },
  {
    name: 'a quoted parameter with a semicolon',
    accept: 'application/json;a=";q=0", application/xml;q=0.4',
    expected: JSON_TYPE,
  },
  {
    name: 'the greatest weight of a type that is named twice',
    accept: 'application/json;a=b;q=0.1, application/json;a=c, application/xml;q=0.5',
    expected: JSON_TYPE,
  },
  { name: 'a kind of anything, which is malformed', accept: '*/json', expected: XML },
  { name: 'no subtype', accept: 'application', expected: XML },
  { name: 'a weight over 1', accept: 'application/json;q=1.1, application/xml;q=0.1', expected: XML },
  {
    name: 'a weight that is no number',
    accept: 'application/json;q=high, application/xml;q=0.1',
    expected: XML,
  },
  {
    name: 'a parameter without a value',
    accept: 'application/json;a, application/xml;q=0.1',
    expected: JSON_TYPE,
  },
  { name: 'empty elements', accept: ', ,application/json,', expected: JSON_TYPE },
  { name: 'an empty parameter', accept: 'application/json;', expected: JSON_TYPE },
];

describe('preferredMediaType', () => {
  it.each(cases)('answers $name with $expected', ({ accept, expected }) => {
    expect(preferredMediaType(accept, [XML, JSON_TYPE])).toBe(expected);
  });

  it('has nothing to answer when nothing is offered', () => {
    expect(preferredMediaType('*/*', [])).toBeUndefined();
    expect(preferredMediaType(undefined, [])).toBeUndefined();
  });

  it('answers in the words of the offer', () => {
    expect(preferredMediaType('application/json', ['Application/JSON'])).toBe('Application/JSON');
  });
});
