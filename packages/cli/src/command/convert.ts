import { conversionJson, convertPolicy, formatDiagnostic } from '@crossgate/core';
import { Command } from 'commander';
import { analysisTooLarge, CommandError } from '../exit-code.ts';
import { formatAccess } from '../format-comparison.ts';
import { formatLosses } from '../format-losses.ts';
import { formatDocument, print, printJson } from '../output.ts';
import { type PolicyForm, policyForm, readPolicyFile, refuseUnusedProfile } from '../policy-file.ts';
import { addReadingOptions, type ReadingOptions } from '../policy-options.ts';
import { complainInLines } from '../print-lines.ts';

interface ConvertOptions extends ReadingOptions {
  readonly from: string;
  readonly to: string;
  readonly json?: true;
}

/** `crossgate convert`: a policy in the words of another service. */
export function convertCommand(): Command {
  return addReadingOptions(
    new Command('convert')
      .description('Write a policy for another service. Never lets a page in that was not let in before.')
      .argument('<policy>', 'file with the policy; - reads standard input')
      .requiredOption('--from <dialect>', 'the service whose document it is, or neutral')
      .requiredOption('--to <dialect>', 'the service to write it for, or neutral'),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(convert);
}

const HELP = `
The document goes to standard output; what could not be carried over to
standard error, and how the policies compare. boomi has no document of its own:
its policy is written in the neutral form.

Ends with 0 when there is a document, whatever was lost: crossgate compare with
the same --from and --to ends with 2 when the two differ. With 1 when nothing is
left that the service takes, and with 3 when the policy has errors.

Examples:
  crossgate convert cors.xml --from cos --to azure-tables > properties.xml
  crossgate convert cors.xml --from cos --to neutral > policy.json`;

function convert(policyName: string, options: ConvertOptions): void {
  const { from, to, profile, variant } = options;
  refuseUnusedProfile(profile, from, to);
  const file = readPolicyFile(policyName, policyForm(from, profile, variant));
  const target = policyForm(to, profile ?? file.dialect.id, variant);
  const converted = convertPolicy(file.policy, file.profile, target.profile);
  if (converted.kind === 'limit') throw analysisTooLarge(converted, 'converted');
  const { policy, losses, diagnostics, comparison } = converted;
  if (!options.json) complainInLines(screen => formatLosses(losses, file, screen));
  if (diagnostics.length > 0) {
    const findings = diagnostics.map(finding => `  ${formatDiagnostic(finding)}`);
    throw new CommandError([`${target.dialect.id} does not take what is left`, ...findings].join('\n'));
  }
  if (options.json) {
    printJson(conversionJson(converted, file.source, documentOf(target)?.write(policy) ?? null));
    return;
  }
  complainInLines(screen => (losses.length > 0 ? [[], ...formatAccess(comparison, screen)] : []));
  const format = documentOf(target);
  if (format) print(formatDocument(policy, format));
  else printJson(policy);
}

function documentOf({ dialect, isOwn }: PolicyForm) {
  return isOwn ? dialect.policyApi?.document : undefined;
}
