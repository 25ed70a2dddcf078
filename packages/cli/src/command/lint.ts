import { type Diagnostic, diagnosticJson, lint } from '@crossgate/core';
import { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { formatCounts, formatDiagnostics } from '../format-diagnostics.ts';
import { printJson } from '../output.ts';
import { policyForm, readDocument, refuseUnusedProfile } from '../policy-file.ts';
import { addPolicyOptions, type PolicyOptions } from '../policy-options.ts';
import { printLines } from '../print-lines.ts';
import { wrapText } from '../styled-text.ts';

interface LintOptions extends PolicyOptions {
  readonly denyWarnings?: true;
  readonly json?: true;
}

/** `crossgate lint`: what is wrong or doubtful about a policy. */
export function lintCommand(): Command {
  return addPolicyOptions(new Command('lint'))
    .description('Find what is wrong or doubtful about a policy.')
    .argument('<policy>', 'file with the policy; - reads standard input')
    .option('--deny-warnings', 'end with 2 when there is a warning')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(runLint);
}

const HELP = `
Ends with 0, with 3 when there is an error, which keeps the policy from being
stored, and with --deny-warnings with 2 when there is a warning and no error.
docs/diagnostics.md explains every finding.

Examples:
  crossgate lint properties.xml --dialect azure-tables --deny-warnings
  crossgate lint policy.json --profile boomi --json`;

function runLint(policyName: string, options: LintOptions): void {
  refuseUnusedProfile(options.profile, options.dialect);
  const form = policyForm(options.dialect, options.profile, options.variant);
  const { document, result, advice } = readDocument(policyName, form.isOwn ? form.dialect : undefined);
  const findings = result.kind === 'diagnostics' ? result.diagnostics : lint(result.policy, form.profile);
  const located = result.kind === 'policy' ? (result.locate?.(findings) ?? findings) : findings;
  if (options.json) {
    printJson({ diagnostics: located.map(diagnosticJson) });
  } else {
    const counts = formatCounts(located) || 'nothing to find fault with';
    printLines(screen => [
      ...formatDiagnostics(located, document, screen),
      ...(located.length > 0 ? [[]] : []),
      [{ text: `${document.name}: ${counts}`, tone: 'strong' }],
      ...(advice === undefined ? [] : wrapText(advice, screen.width).map(text => [text])),
    ]);
  }
  process.exitCode = exitCode(located, options);
}

function exitCode(findings: readonly Diagnostic[], { denyWarnings }: LintOptions): ExitCode {
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.invalidPolicy;
  return denyWarnings && findings.some(({ severity }) => severity === 'warning') ? EXIT.refused : EXIT.done;
}
