import { describe, expect, it } from 'vitest';
import { authorizeCos } from '../../src/cos/authorization.ts';
import { cosErrorReply } from '../../src/cos/responses.ts';
import type { Credential } from '../../src/dialect.ts';
import type { ServiceError } from '../../src/exchange.ts';
import { held } from '../held-credentials.ts';
import { BUCKET, exchangeOf, HOST, type Pairs, type SentRequest } from './cos-exchange.ts';
import { headerForm, KEY, KEY_TIME, signRequest } from './sign-request.ts';

function refusal(sent: SentRequest, credential: Credential = KEY): ServiceError | undefined {
  const authorization = authorizeCos(exchangeOf(sent), held(credential));
  return authorization.kind === 'refused' ? authorization.error : undefined;
}

function signed(sent: SentRequest, signing: Parameters<typeof signRequest>[0] = {}): SentRequest {
  const authorization = headerForm(signRequest(signing));
  return { ...sent, headers: [['Authorization', authorization], ...(sent.headers ?? [])] };
}

const temporary: Credential = { ...KEY, token: 'token+1' };

interface TokenCase {
  readonly name: string;
  readonly sent: SentRequest;
}

const tokensTaken: readonly TokenCase[] = [
  { name: 'a header', sent: signed({ headers: [['X-Cos-Security-Token', 'token+1']] }) },
  { name: 'a parameter', sent: signed({ target: '/?x-cos-security-token=token%2B1' }) },
  {
    name: 'a header that is signed',
    sent: signed(
      { headers: [['x-cos-security-token', 'token+1']] },
      {
        headers: [
          ['host', HOST],
          ['x-cos-security-token', 'token+1'],
        ],
      },
    ),
  },
];

const tokensRefused: readonly TokenCase[] = [
  { name: 'none', sent: signed({}) },
  { name: 'an empty one', sent: signed({ headers: [['x-cos-security-token', '']] }) },
  { name: 'another', sent: signed({ headers: [['x-cos-security-token', 'token+2']] }) },
  { name: 'one with more behind it', sent: signed({ headers: [['x-cos-security-token', 'token+11']] }) },
  { name: 'one whose plus came as a space', sent: signed({ target: '/?x-cos-security-token=token+1' }) },
];

describe('authorizeCos', () => {
  it('tells what it has signed when a signature does not match', () => {
    const headers: Pairs = [
      ['content-length', '454'],
      ['host', HOST],
    ];
    const sent = signed(
      { method: 'PUT', target: '/?cors=', host: `${HOST}:4001`, headers: [['Content-Length', '454']] },
      { method: 'PUT', parameters: [['cors', '']], headers, secret: 'other' },
    );
    expect(refusal(sent)).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The Signature you specified is invalid.',
      details: [
        ['StringToSign', `sha1\n${KEY_TIME}\nd7710dcea4740c60c1bfb64096c6a4d6ee9c6291\n`],
        ['FormatString', `put\n/\ncors=\ncontent-length=454&host=${HOST}%3A4001\n`],
      ],
    });
  });

  it('tells the path with its bucket, as it came, and readable', () => {
    const sent = signed(
      { host: '127.0.0.1', target: `/${BUCKET}/%E4%B8%AD%20+` },
      { path: '/other', headers: [['host', '127.0.0.1']] },
    );
    const formatString = refusal(sent)?.details?.find(([name]) => name === 'FormatString')?.[1];
    expect(formatString).toBe(`get\n/${BUCKET}/中 +\n\nhost=127.0.0.1\n`);
  });

  it('writes both between message and resource', () => {
    const sent = signed({}, { secret: 'other' });
    const error = refusal(sent);
    const body = error && cosErrorReply(exchangeOf(sent), error).body;
    expect(body).toContain(
      '\t<Message>The Signature you specified is invalid.</Message>\n' +
        `\t<StringToSign>sha1\n${KEY_TIME}\nc08814a03f42ada91190983e57c076990405d790\n</StringToSign>\n` +
        `\t<FormatString>get\n/\n\nhost=${HOST}\n</FormatString>\n` +
        `\t<Resource>${HOST}/</Resource>\n`,
    );
  });

  it('tells the time when a signature has expired, in the words that SDKs look for', () => {
    expect(refusal(signed({ at: 1_700_003_601 }))).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
      details: [['ServerTime', '2023-11-14T23:13:21Z']],
    });
  });

  it('tells the time when a signature is not valid yet', () => {
    expect(refusal(signed({ at: 1_699_990_000 }))).toMatchObject({
      status: 403,
      code: 'RequestTimeTooSkewed',
      details: [['ServerTime', '2023-11-14T19:26:40Z']],
    });
  });

  it('says that it does not know the key', () => {
    const authorization = authorizeCos(exchangeOf(signed({})), held());
    expect(authorization).toEqual({
      kind: 'refused',
      error: {
        status: 403,
        code: 'InvalidAccessKeyId',
        message: 'The Access Key Id you provided does not exist in our records',
      },
    });
  });

  it.each(tokensTaken)('takes the token of a temporary key in $name', ({ sent }) => {
    expect(authorizeCos(exchangeOf(sent), held(temporary))).toEqual({
      kind: 'signed',
      credentialId: temporary.id,
      role: 'all',
    });
  });

  it.each(tokensRefused)('refuses a temporary key with $name as its token', ({ sent }) => {
    expect(refusal(sent, temporary)).toMatchObject({ status: 400, code: 'ExpiredToken' });
  });

  it('looks at the signature before the token', () => {
    expect(refusal(signed({}, { secret: 'other' }), temporary)?.code).toBe('SignatureDoesNotMatch');
  });

  it('asks no token of a lasting key', () => {
    expect(refusal(signed({ headers: [['x-cos-security-token', 'any']] }))).toBeUndefined();
  });
});
