import { dirname, resolve } from 'node:path';
import type { ConfigFile } from './config-file.ts';
import type { Flags } from './flags.ts';
import type { ConfigPath } from './mistake.ts';

/** A configuration while it is put together, from what is right in each of its sources. */
export interface Draft {
  readonly flags: Flags;
  readonly file: ConfigFile;
  /** The path of the file; undefined when there is none. */
  readonly fileName: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether what the file has at a path is right, or not there. */
  readonly isSound: (path: ConfigPath) => boolean;
  /** Tells what cannot be served. */
  readonly refuse: (message: string, cause?: Cause) => void;
  /** Tells what can be served, and will most likely not do. */
  readonly warn: (message: string, cause: { readonly at: ConfigPath }) => void;
}

/** A path in the file begins at the file, from wherever the server is started. */
export function resolveInFile({ fileName }: Pick<Draft, 'fileName'>, path: string): string {
  return fileName === undefined ? path : resolve(dirname(fileName), path);
}

/** What a mistake comes from. */
export interface Cause {
  /** Where it is to be corrected; undefined, or not there, when that is not in the file. */
  readonly at?: ConfigPath | undefined;
  /** What else was looked at. Where that is wrong in itself, there may be no mistake here. */
  readonly from?: readonly ConfigPath[];
}
