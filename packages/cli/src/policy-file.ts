import { readFileSync } from 'node:fs';
import { formatDiagnostic, type Policy, type ReadPolicyResult, readPolicy } from '@crossgate/core';
import { DIALECTS, type Dialect, dialectById } from '@crossgate/dialects';
import { CommandError, EXIT } from './exit-code.ts';

/**
 * Reads a policy from a file, or from standard input when it is `-`: in the neutral form, or, when a dialect is named,
 * in that service's own, where it has one.
 *
 * @throws CommandError
 */
export function readPolicyFile(file: string, dialect: Dialect | undefined): Policy {
  const name = file === '-' ? 'standard input' : file;
  const bytes = readBytes(file, name);
  const result = dialect?.policyApi
    ? dialect.policyApi.document.parse(bytes)
    : readPolicy(parseJson(bytes, name));
  return policyOf(result, name);
}

/** The dialect that `--dialect` names. */
export function namedDialect(id: string | undefined): Dialect | undefined {
  if (id === undefined) return undefined;
  const dialect = dialectById(id);
  if (dialect) return dialect;
  throw new CommandError(`there is no dialect ${id}; known: ${DIALECTS.map(known => known.id).join(', ')}`);
}

function readBytes(file: string, name: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new CommandError(`${name} cannot be read: ${(error as Error).message}`);
  }
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const hint = 'if it is in the form of a service, name that with --dialect';
    throw new CommandError(`${name} is not JSON (${(error as Error).message}); ${hint}`);
  }
}

function policyOf(result: ReadPolicyResult, name: string): Policy {
  if (result.kind === 'policy') return result.policy;
  const lines = result.diagnostics.map(finding => `  ${formatDiagnostic(finding)}`);
  throw new CommandError([`${name} has errors:`, ...lines].join('\n'), EXIT.invalidPolicy);
}
