import { readFileSync } from 'node:fs';
import {
  type CompiledPolicy,
  compile,
  type Diagnostic,
  type Policy,
  type PolicySource,
  type Profile,
  type ReadPolicyResult,
  validate,
} from '@crossgate/core';
import { DIALECTS, type Dialect, dialectById, readNeutralPolicy } from '@crossgate/dialects';
import { CommandError, InvalidPolicyError } from './exit-code.ts';
import { formatCounts, formatDiagnostics, type SourceDocument } from './format-diagnostics.ts';
import { adviseOtherForm, type NeutralTaker } from './other-form.ts';
import { renderLines, screenOf } from './styled-text.ts';
import { whyUnreadable } from './unreadable.ts';

/** How a policy is written, and which service reads it. */
export interface PolicyForm {
  readonly dialect: Dialect;
  readonly profile: Profile;
  /** Whether the file is in the form of the service, and not in the neutral one. */
  readonly isOwn: boolean;
}

/** A policy that its service takes, with the document that it was read from. */
export interface PolicyFile extends PolicyForm {
  readonly document: SourceDocument;
  readonly policy: Policy;
  readonly compiled: CompiledPolicy;
  readonly source: PolicySource;
}

/** The result of reading, with the document that findings can be shown in. */
export interface ReadDocument {
  readonly document: SourceDocument;
  readonly result: ReadPolicyResult;
  /** A sentence for those who named another form than the document is in. */
  readonly advice: string | undefined;
}

const NEUTRAL = 'neutral';

/**
 * The form that the flags of a command name.
 *
 * @param id of `--dialect`
 * @param profile of `--profile`, for the neutral form
 * @param variants of `--variant`
 * @throws CommandError
 */
export function policyForm(
  id: string | undefined,
  profile: string | undefined,
  variants: readonly string[] = [],
): PolicyForm {
  const isNeutral = id === undefined || id === NEUTRAL;
  if (isNeutral && profile === undefined) {
    const known = DIALECTS.map(dialect => dialect.id).join(', ');
    throw new CommandError(
      `name the service that reads the policy: --dialect with its own document, or --profile with the neutral form; known: ${known}`,
    );
  }
  const dialect = namedDialect(isNeutral ? profile : id) as Dialect;
  const isOwn = !isNeutral && dialect.policyApi !== undefined;
  return { dialect, profile: readVariant(dialect, variants), isOwn };
}

/**
 * `--profile` says nothing of documents in the form of a service.
 *
 * @param ids of all policies that a command reads or writes
 * @throws CommandError
 */
export function refuseUnusedProfile(
  profile: string | undefined,
  ...ids: readonly (string | undefined)[]
): void {
  if (profile === undefined || ids.includes(profile)) return;
  if (ids.every(id => id !== undefined && id !== NEUTRAL)) {
    throw new CommandError('--profile is for policies in the neutral form, and there is none');
  }
}

/** `--variant` is as that of `crossgate serve`: `dialect=name`. */
function readVariant({ id, profile, variants }: Dialect, named: readonly string[]): Profile {
  const known = DIALECTS.flatMap(each => Object.keys(each.variants).map(name => `${each.id}=${name}`));
  const unknown = named.find(each => !known.includes(each));
  if (unknown !== undefined) throw new CommandError(`--variant must be one of ${known.join(', ')}`);
  const ours = named.find(each => each.startsWith(`${id}=`));
  return (ours !== undefined && variants[ours.slice(id.length + 1)]) || profile;
}

/** The dialect that a flag names. */
export function namedDialect(id: string | undefined): Dialect | undefined {
  if (id === undefined) return undefined;
  const dialect = dialectById(id);
  if (dialect) return dialect;
  throw new CommandError(`there is no dialect ${id}; known: ${DIALECTS.map(known => known.id).join(', ')}`);
}

/**
 * Reads a policy from a file, or from standard input when it is `-`. What the service would not take is found only where
 * the document is in its own form.
 *
 * @throws CommandError when the file cannot be read
 */
export function readDocument(
  file: string,
  own: Dialect | undefined,
  taker: NeutralTaker = 'profile',
): ReadDocument {
  const name = file === '-' ? 'standard input' : file;
  const bytes = readBytes(file, name);
  const result = own?.policyApi ? own.policyApi.document.parse(bytes) : readNeutralPolicy(bytes);
  const advice = result.kind === 'diagnostics' ? adviseOtherForm(bytes, own, taker) : undefined;
  return { document: { name, text: new TextDecoder().decode(bytes) }, result, advice };
}

/** @throws InvalidPolicyError when there is no policy that the service takes, with everything that is wrong */
export function readPolicyFile(file: string, form: PolicyForm): PolicyFile {
  const { document, result, advice } = readDocument(file, form.isOwn ? form.dialect : undefined);
  if (result.kind === 'diagnostics') throw invalid(document, result.diagnostics, advice);
  const { kind, policy, ...source } = result;
  const errors = validate(policy, form.profile);
  if (errors.length > 0) throw invalid(document, source.locate?.(errors) ?? errors);
  return { ...form, document, policy, source, compiled: compile(policy, form.profile) };
}

/**
 * Reads a policy for a server, which finds what its service would not take.
 *
 * @throws InvalidPolicyError when there is none
 */
export function readPolicy(file: string, dialect: Dialect | undefined): Policy {
  const { document, result, advice } = readDocument(file, dialect, 'server');
  if (result.kind === 'policy') return result.policy;
  throw invalid(document, result.diagnostics, advice);
}

function readBytes(file: string, name: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new CommandError(`${name} cannot be read: ${whyUnreadable(error)}`);
  }
}

function invalid(
  document: SourceDocument,
  findings: readonly Diagnostic[],
  advice?: string,
): InvalidPolicyError {
  const screen = { ...screenOf(process.stderr, process.env), hasColor: false };
  const report = renderLines(formatDiagnostics(findings, document, screen), screen);
  const summary = `${document.name} has ${formatCounts(findings)}`;
  const lines = [summary, '', report, ...(advice === undefined ? [] : ['', advice])];
  return new InvalidPolicyError(lines.join('\n'), summary, findings);
}
