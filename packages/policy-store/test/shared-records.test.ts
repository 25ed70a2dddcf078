import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry, sharedKeys } from '../src/etcd/shared-records.ts';

const keys = sharedKeys('/crossgate/');
const KEY = { dialect: 'azure-tables', tenant: 'account' };
const ETCD_KEY = keys.entry(KEY, 3);
const RULE = { allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] };
const VALUE = {
  version: 1,
  writeId: 'a',
  writtenAt: 5,
  policy: { rules: [RULE] },
  settings: { logging: {} },
};

function decode(value: unknown): ReturnType<typeof decodeEntry> {
  return decodeEntry(keys, ETCD_KEY, typeof value === 'string' ? value : JSON.stringify(value), 7);
}

describe('decodeEntry', () => {
  it('reads what was written', () => {
    const { policy, settings } = VALUE;
    const entry = { key: KEY, sequence: 3, revision: 7, writeId: 'a', writtenAt: 5, policy, settings };
    expect(decode(encodeEntry(entry))).toEqual(entry);
    expect(decode(encodeEntry({ writeId: 'b', writtenAt: 6, policy: undefined })).policy).toBeUndefined();
  });

  it('keeps what a later version has put into a policy', () => {
    const policy = { rules: [{ ...RULE, weight: 1 }], mode: 'x' };
    expect(decode({ ...VALUE, policy }).policy).toEqual(policy);
  });

  it.each([
    { name: 'no JSON', value: 'by hand' },
    { name: 'null', value: 'null' },
    { name: 'a list', value: '[]' },
    { name: 'nothing in it', value: '{}' },
    { name: 'no version', value: { ...VALUE, version: undefined } },
    { name: 'no time', value: { ...VALUE, writtenAt: undefined } },
    { name: 'a writer that is none', value: { ...VALUE, writeId: 5 } },
    { name: 'a policy that is null', value: { ...VALUE, policy: null } },
    { name: 'a policy without rules', value: { ...VALUE, policy: {} } },
    { name: 'rules that are no list', value: { ...VALUE, policy: { rules: true } } },
    { name: 'a rule that is none', value: { ...VALUE, policy: { rules: [1] } } },
    {
      name: 'an origin that is no text',
      value: { ...VALUE, policy: { rules: [{ ...RULE, allowedOrigins: [{}] }] } },
    },
    { name: 'a rule without its lists', value: { ...VALUE, policy: { rules: [{ id: 'a' }] } } },
    { name: 'settings that are a text', value: { ...VALUE, settings: 'on' } },
  ])('refuses $name, and names the key', ({ value }) => {
    expect(() => decode(value)).toThrow(
      `etcd holds something under ${ETCD_KEY} that is no revision of a policy: delete the key`,
    );
  });

  it('refuses an entry of another version', () => {
    expect(() => decode({ ...VALUE, version: 2 })).toThrow(
      /policy of version 2, this version of Crossgate reads 1/,
    );
  });
});
