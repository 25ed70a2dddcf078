import { describe, expect, it } from 'vitest';
import { authorizeBoomi } from '../../src/boomi/authorization.ts';
import type { Authorization, Credential, Credentials } from '../../src/dialect.ts';
import { held } from '../held-credentials.ts';
import { exchangeOf, type Pairs } from './boomi-exchange.ts';

const USER: Credential = { id: 'user@example.test', secret: 'a password: with a colon' };
const TOKEN_ONLY: Credential = { id: 'BOOMI_TOKEN.robot@example.test', secret: '123aab45-0000' };
/** One user with a password and a token that are not the same. */
const BOTH: readonly Credential[] = [
  { id: 'both@example.test', secret: 'the password' },
  { id: 'BOOMI_TOKEN.both@example.test', secret: 'the token' },
];
const FOREIGN: Credential = { id: 'josé', secret: 'pässwörd' };

const ALL = held(USER, TOKEN_ONLY, ...BOTH, FOREIGN);

function authorize(lines: readonly string[], credentials: Credentials = ALL): Authorization {
  const headers: Pairs = lines.map(line => ['Authorization', line]);
  return authorizeBoomi(exchangeOf({ headers }), credentials);
}

function basic(userPassword: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  return `Basic ${Buffer.from(userPassword, encoding).toString('base64')}`;
}

/** The message of a refusal; what else it has is always the same. */
function refusalOf(authorization: Authorization): string {
  if (authorization.kind !== 'refused') throw new Error(`it is ${authorization.kind}`);
  const { message, ...rest } = authorization.error;
  expect(rest).toEqual({ status: 401, code: '' });
  return message;
}

const MISSING = refusalOf(authorize([]));
const MALFORMED = refusalOf(authorize(['Basic']));
const WRONG = refusalOf(authorize([basic('nobody:x')]));

const accepted: readonly { readonly name: string; readonly line: string; readonly id: string }[] = [
  { name: 'a password', line: basic(`${USER.id}:${USER.secret}`), id: USER.id },
  { name: 'the same secret as a token', line: basic(`BOOMI_TOKEN.${USER.id}:${USER.secret}`), id: USER.id },
  {
    name: 'a token that is held as one',
    line: basic(`${TOKEN_ONLY.id}:${TOKEN_ONLY.secret}`),
    id: TOKEN_ONLY.id,
  },
  {
    name: 'the password beside a token',
    line: basic('both@example.test:the password'),
    id: 'both@example.test',
  },
  {
    name: 'the token beside a password',
    line: basic('BOOMI_TOKEN.both@example.test:the token'),
    id: 'BOOMI_TOKEN.both@example.test',
  },
  { name: 'text in UTF-8', line: basic('josé:pässwörd'), id: FOREIGN.id },
  { name: 'text in Latin-1', line: basic('josé:pässwörd', 'latin1'), id: FOREIGN.id },
  {
    name: 'the scheme in another case, and spaces',
    line: `bASIC   ${basic(`${USER.id}:${USER.secret}`).slice(6)} `,
    id: USER.id,
  },
];

const good = basic(`${TOKEN_ONLY.id}:${TOKEN_ONLY.secret}`);

const refused: readonly {
  readonly name: string;
  readonly lines: readonly string[];
  readonly message: string;
}[] = [
  { name: 'no Authorization', lines: [], message: MISSING },
  { name: 'an empty one', lines: [' '], message: MISSING },
  { name: 'another password', lines: [basic(`${USER.id}:x`)], message: WRONG },
  { name: 'no password', lines: [basic(`${USER.id}:`)], message: WRONG },
  { name: 'a password cut short', lines: [basic(`${USER.id}:${USER.secret.slice(0, -1)}`)], message: WRONG },
  {
    name: 'a password in another case',
    lines: [basic(`${USER.id}:${USER.secret.toUpperCase()}`)],
    message: WRONG,
  },
  { name: 'a user in another case', lines: [basic(`USER@example.test:${USER.secret}`)], message: WRONG },
  { name: 'a user that is not held', lines: [basic(`nobody:${USER.secret}`)], message: WRONG },
  { name: 'a user that is not held, without a password', lines: [basic('nobody:')], message: WRONG },
  {
    name: 'a byte order mark before the user',
    lines: [basic(`\ufeff${USER.id}:${USER.secret}`)],
    message: WRONG,
  },
  { name: 'a token prefix alone', lines: [basic(`BOOMI_TOKEN.:${USER.secret}`)], message: WRONG },
  {
    name: 'a token prefix in another case',
    lines: [basic(`boomi_token.${USER.id}:${USER.secret}`)],
    message: WRONG,
  },
  {
    name: 'a token prefix twice',
    lines: [basic(`BOOMI_TOKEN.BOOMI_TOKEN.${USER.id}:${USER.secret}`)],
    message: WRONG,
  },
  { name: 'a token as a password', lines: [basic('both@example.test:the token')], message: WRONG },
  {
    name: 'a password as a token',
    lines: [basic('BOOMI_TOKEN.both@example.test:the password')],
    message: WRONG,
  },
  {
    name: 'a token without its prefix',
    lines: [basic(`robot@example.test:${TOKEN_ONLY.secret}`)],
    message: WRONG,
  },
  { name: 'no colon', lines: [basic('user')], message: MALFORMED },
  { name: 'no user', lines: [basic(':password')], message: MALFORMED },
  { name: 'a NUL', lines: [basic(`${USER.id}:${USER.secret}\0`)], message: MALFORMED },
  { name: 'a line break', lines: [basic(`${USER.id}:${USER.secret}\n`)], message: MALFORMED },
  { name: 'nothing encoded', lines: ['Basic '], message: MALFORMED },
  { name: 'what is not Base64', lines: [`Basic ${USER.id}:${USER.secret}`], message: MALFORMED },
  { name: 'Base64 of URLs', lines: ['Basic YTo_Pz8-'], message: MALFORMED },
  { name: 'Base64 without its padding', lines: ['Basic YTpiYg'], message: MALFORMED },
  { name: 'Base64 with bits too many', lines: ['Basic YTpiYh=='], message: MALFORMED },
  { name: 'something behind', lines: [`${good} x`], message: MALFORMED },
  { name: 'two credentials in one line', lines: [`${good}, ${good}`], message: MALFORMED },
  { name: 'two lines', lines: [good, good], message: MALFORMED },
  { name: 'a bearer', lines: ['Bearer abc'], message: MALFORMED },
  { name: 'another scheme', lines: [good.replace('Basic', 'Digest')], message: MALFORMED },
];

describe('authorizeBoomi', () => {
  it.each(accepted)('takes $name', ({ line, id }) => {
    expect(authorize([line])).toEqual({ kind: 'signed', credentialId: id, role: 'all' });
  });

  it.each(refused)('refuses $name', ({ lines, message }) => {
    expect(refusalOf(authorize(lines))).toBe(message);
  });

  it('says three things, one of them for unknown users and wrong passwords alike', () => {
    expect(new Set([MISSING, MALFORMED, WRONG]).size).toBe(3);
    for (const message of [MISSING, MALFORMED]) expect(message).toContain('BOOMI_TOKEN.user:token');
  });

  it.each([[], [good], ['Bearer abc'], ['Basic'], [good, good]])(
    'leaves %j to the upstream when no credentials are held for the account',
    (...lines) => {
      expect(authorize(lines, held())).toEqual({ kind: 'anonymous' });
    },
  );
});
