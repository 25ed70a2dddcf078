import {
  actualRequest,
  browserRequest,
  type DescribedHeader,
  type DescribedRequest,
  explainActual,
  explainPreflight,
  explanationJson,
  predictFetch,
  preflightRequest,
} from '@crossgate/core';
import { Command, Option } from 'commander';
import { CommandError, EXIT } from '../exit-code.ts';
import { explainLog } from '../explain-log.ts';
import { formatExplanation } from '../format-explanation.ts';
import { printJson } from '../output.ts';
import { type PolicyFile, policyForm, readPolicyFile, refuseUnusedProfile } from '../policy-file.ts';
import { addPolicyOptions, type PolicyOptions } from '../policy-options.ts';
import { printLines } from '../print-lines.ts';
import { readHeader } from '../read-header.ts';

interface ExplainOptions extends PolicyOptions {
  readonly origin?: string;
  readonly method?: string;
  readonly header?: readonly DescribedHeader[];
  readonly credentials: DescribedRequest['credentials'];
  readonly actual?: true;
  readonly log?: string;
  readonly json?: true;
}

/** `crossgate explain`: why a request is let in or refused, rule by rule. */
export function explainCommand(): Command {
  return addPolicyOptions(new Command('explain'))
    .description('Say why a request is let in or refused, and the smallest change that would let it in.')
    .argument('<policy>', 'file with the policy; - reads standard input')
    .option('--origin <origin>', 'origin of the page, as in the header Origin')
    .option('--method <method>', 'method that the page wants to use')
    .option(
      '--header <name>',
      'header that the page sets: NAME, or "NAME: value"; can be repeated',
      collectHeader,
    )
    .addOption(
      new Option('--credentials <mode>', 'credentials mode of the fetch')
        .choices(['omit', 'same-origin', 'include'])
        .default('same-origin'),
    )
    .option('--actual', 'the request itself, not its preflight')
    .option('--log <file>', 'the preflights that a server has logged, not one; - reads standard input')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(explain);
}

const HELP = `
Ends with 0 when the request is allowed, with 2 when it is refused, also when
one of a log is, and with 3 when the policy has errors. Whether a browser lets
the page have the answer is told beside it.

A header with a value is asked for only if a browser would ask for it.
With --log, a server's lines are read: refusals are logged as they are, all
requests with crossgate serve --log-level debug.

Examples:
  crossgate explain cors.xml --dialect cos --origin https://a.com --method PUT
  crossgate explain policy.json --profile boomi --origin https://a.com \\
    --method POST --header 'content-type: text/xml' --credentials include
  crossgate explain cors.xml --dialect cos --log server.log`;

function collectHeader(text: string, headers: readonly DescribedHeader[] = []): readonly DescribedHeader[] {
  return [...headers, readHeader(text)];
}

async function explain(policyName: string, options: ExplainOptions): Promise<void> {
  const { log } = options;
  if (log !== undefined && (options.origin !== undefined || options.method !== undefined)) {
    throw new CommandError('--log has the requests: leave out --origin and --method');
  }
  if (log === '-' && policyName === '-') {
    throw new CommandError('only one of policy and log can be standard input');
  }
  refuseUnusedProfile(options.profile, options.dialect);
  const file = readPolicyFile(policyName, policyForm(options.dialect, options.profile, options.variant));
  if (log === undefined) explainOne(file, options);
  else await explainLog(file, log, options);
}

function explainOne(file: PolicyFile, options: ExplainOptions): void {
  const request: DescribedRequest = {
    origin: options.origin,
    method: options.method,
    headers: options.header ?? [],
    credentials: options.credentials,
  };
  const actual = options.actual ? actualRequest(request) : undefined;
  if (options.actual && !actual) throw new CommandError('name the method of the request with --method');
  const explanation = actual
    ? explainActual(file.compiled, actual)
    : explainPreflight(file.compiled, preflightRequest(request));
  const asked = browserRequest(request);
  const prediction = asked && predictFetch(file.compiled, asked);
  if (options.json) printJson(explanationJson(explanation, prediction, file.source));
  else printLines(screen => formatExplanation(explanation, prediction, file, screen));
  const { kind } = explanation.decision;
  if (kind === 'refused' || kind === 'not-a-preflight') process.exitCode = EXIT.refused;
}
