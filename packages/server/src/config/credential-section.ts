import { ROLES, type Role } from '@crossgate/dialects';
import { z } from 'zod';
import { oneOf, orMissing, section, text } from './values.ts';

export interface CredentialEntry {
  readonly id: string;
  readonly secret: Secret;
  readonly token?: Secret;
  readonly role?: Role;
}

/** Itself, or where it is. */
export type Secret = string | SecretSource;

/** One of both. */
export interface SecretSource {
  /** An environment variable. */
  readonly env?: string;
  /** A file, from the configuration file on. */
  readonly file?: string;
}

export const SECRET: z.ZodType<Secret> = z
  .union(
    [
      text(),
      section({
        env: text().exactOptional().describe('The environment variable that has it.'),
        file: text()
          .exactOptional()
          .describe(
            'The file that has it, and nothing else but a line break. Relative paths begin at this file.',
          ),
      })
        .refine(({ env, file }) => (env === undefined) !== (file === undefined), {
          error: 'must have either env: or file:',
        })
        .meta({ minProperties: 1, maxProperties: 1 }),
    ],
    {
      error: orMissing(
        'must be text, in quotes, or env: and the name of an environment variable, or file: and a path',
      ),
    },
  )
  .meta({ id: 'secret' });

export const CREDENTIALS: z.ZodType<readonly CredentialEntry[]> = z
  .array(
    section({
      id: text().describe('The public half: key id, account or user. Several may have the same.'),
      secret: SECRET.describe('The secret half, or where it is: `env:` or `file:`.'),
      token: SECRET.exactOptional().describe(
        'Makes it a temporary credential, which is good together with this token only.',
      ),
      role: oneOf(ROLES)
        .exactOptional()
        .meta({ default: 'all' })
        .describe('What it may do: read data and rules; rules only, also set them; everything.'),
    }),
    { error: orMissing('must be a list, each with a line - id: and a line secret:') },
  )
  .meta({ id: 'credentials' });
