import { isIP } from 'node:net';
import { isEtcdEndpoint } from '@crossgate/policy-store';
import { z } from 'zod';
import { suggestName } from './mistake.ts';

/** What the settings of files and flags are made of: schemas whose messages follow the name of a setting. */

export function text(): z.ZodString {
  return z.string({ error: orMissing('must be text; put it in quotes') }).min(1, 'must not be empty');
}

export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = orMissing(`must be a whole number from ${min} to ${max}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A time-out. Days are for none. */
export function seconds(max: number): z.ZodNumber {
  const error = orMissing(`must be a number of seconds above 0, up to ${max}`);
  return z.number({ error }).min(0.001, { error }).max(max, { error });
}

export function yesOrNo(): z.ZodBoolean {
  return z.boolean({ error: orMissing('must be true or false') });
}

export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
): z.ZodEnum<{ [Key in Choice]: Key }> {
  return z.enum(choices, { error: orMissing(`must be one of ${choices.join(', ')}`) });
}

/** An address or a name that resolves to one. */
export function host(): z.ZodString {
  const message = 'must be an address or the name of a host, without port or brackets';
  return text().refine(name => name === '' || isHost(name), message);
}

function isHost(name: string): boolean {
  return isIP(name) !== 0 || /^[\w-]+(?:\.[\w-]+)*\.?$/.test(name);
}

const URL_FORM = 'must be http://host[:port] or https://host[:port]';

/** `http(s)://host[:port]`, where requests are sent as they came. */
export function upstreamUrl(): z.ZodString {
  const error = ({ input }: { readonly input?: unknown }): string =>
    upstreamUrlProblem(String(input)) ?? URL_FORM;
  return z
    .string({ error: orMissing(URL_FORM) })
    .refine(url => upstreamUrlProblem(url) === undefined, { error })
    .meta({ pattern: '^https?://[^/?#@]+/?$' });
}

/** A member of an etcd cluster. */
export function etcdEndpoint(): z.ZodString {
  return z
    .string({ error: orMissing(URL_FORM) })
    .refine(isEtcdEndpoint, URL_FORM)
    .meta({ pattern: '^https?://[^/?#@]+/?$' });
}

/** A mapping of the keys given. Any other key is told with what it could have been meant for. */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  const keys = known.length === 0 ? 'no keys' : `the keys ${known.join(', ')}`;
  const otherwise = orMissing(`must be a mapping with ${keys}`);
  return z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(key => `there is no such key; ${suggestName(key, known)}`).join('\n')
        : otherwise(issue),
  });
}

/** A message for what is wrong, and others for what is not there. */
export function orMissing(wrong: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => {
    if (input === undefined) return 'is missing; add it';
    return input === null ? 'has no value; give it one, or leave it out' : wrong;
  };
}

/** Why requests cannot be sent there as they came; undefined when they can. */
function upstreamUrlProblem(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    return URL_FORM;
  }
  if (parsed.username !== '' || parsed.password !== '')
    return 'an upstream is sent the credentials of its clients; leave out user and password';
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
    return 'paths go to the upstream as they came; leave out everything behind host and port';
  }
  if (!isHost(parsed.hostname.replace(/^\[(.*)\]$/, '$1'))) {
    return 'must have an address or the name of a host';
  }
  if (parsed.port === '0') return 'nothing listens on port 0; give the port';
  return undefined;
}
