import { type Comparison, compare, comparisonJson } from '@crossgate/core';
import { Command } from 'commander';
import { changedRecords, changedRecordsJson } from '../compare-log.ts';
import { analysisTooLarge, CommandError, EXIT } from '../exit-code.ts';
import { complainOfBrokenLines } from '../explain-log.ts';
import { formatComparison } from '../format-comparison.ts';
import { formatChangedRecords } from '../format-records.ts';
import { printJson } from '../output.ts';
import { policyForm, readPolicyFile, refuseUnusedProfile } from '../policy-file.ts';
import { addPolicyOptions, type PolicyOptions } from '../policy-options.ts';
import { printLines } from '../print-lines.ts';
import { readLog } from '../recorded-requests.ts';

interface CompareOptions extends PolicyOptions {
  readonly from?: string;
  readonly to?: string;
  readonly newAccess: boolean;
  readonly log?: string;
  readonly json?: true;
}

/** `crossgate compare`: what a new policy lets in, shuts out and answers otherwise. */
export function compareCommand(): Command {
  return addPolicyOptions(new Command('compare'))
    .description(
      'Say what a new policy lets in, shuts out and answers differently. Exact: nothing is left out.',
    )
    .argument('<old>', 'file with the policy as it is; - reads standard input')
    .argument('<new>', 'file with the policy as it shall be')
    .option('--from <dialect>', 'the service of the old policy, where the two have different ones')
    .option('--to <dialect>', 'the service of the new policy')
    .option(
      '--no-new-access',
      'end with 2 only when the new policy lets something in that the old one does not',
    )
    .option('--log <file>', "a server's log: also tell which of its requests change; - reads standard input")
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(runCompare);
}

const HELP = `
Ends with 0 when both let in the same requests and answer them alike, with 2
when they differ, and with 3 when a policy has errors. With --no-new-access a
policy that only takes away, or only answers differently, ends with 0.

Each difference is told with a shortest request that shows it. Compared is what
browsers read of answers; statuses and bodies of refusals are not.

Examples:
  crossgate compare old.xml new.xml --dialect cos --no-new-access
  crossgate compare cors.xml properties.xml --from cos --to azure-tables
  crossgate compare old.json new.json --profile boomi --log server.log`;

async function runCompare(oldName: string, newName: string, options: CompareOptions): Promise<void> {
  const { dialect, profile, variant, from = dialect, to = dialect } = options;
  if ([oldName, newName, options.log].filter(name => name === '-').length > 1) {
    throw new CommandError('only one of the files can be standard input');
  }
  refuseUnusedProfile(profile, from, to);
  const old = readPolicyFile(oldName, policyForm(from, profile, variant));
  const now = readPolicyFile(newName, policyForm(to, profile, variant));
  const comparison = compare(old.compiled, now.compiled);
  if (comparison.kind === 'limit') throw analysisTooLarge(comparison, 'compared');
  const recorded = options.log === undefined ? undefined : await readLog(options.log, old.dialect.id);
  if (recorded) complainOfBrokenLines(recorded);
  const changed = recorded ? changedRecords(recorded, old.compiled, now.compiled) : [];
  if (options.json) {
    printJson({
      ...comparisonJson(comparison),
      ...(recorded && { log: changedRecordsJson(changed, recorded) }),
    });
  } else {
    printLines(screen => [
      ...formatComparison(comparison, old.dialect, screen),
      ...(recorded ? [[], ...formatChangedRecords(changed, recorded, screen)] : []),
    ]);
  }
  if (isDifferent(comparison, options)) process.exitCode = EXIT.refused;
}

function isDifferent({ access, gained, answers }: Comparison, { newAccess }: CompareOptions): boolean {
  if (!newAccess) return gained !== null;
  return access !== 'equivalent' || answers.length > 0;
}
