import { Command, Option } from 'commander';
import {
  AdminClient,
  type AdminOptions,
  type Condition,
  type ShownRevision,
  type TenantName,
} from '../admin-client.ts';
import { CommandError } from '../exit-code.ts';
import { formatDocument, formatTable, print, printJson } from '../output.ts';
import { namedDialect, readPolicy } from '../policy-file.ts';

interface CommonOptions extends AdminOptions {
  readonly json?: true;
}

interface DocumentOptions extends CommonOptions {
  readonly dialect?: string;
}

interface WriteOptions extends CommonOptions {
  readonly ifRevision?: string;
}

/** `crossgate policy …`: the policies of a running server. */
export function policyCommand(): Command {
  const policy = new Command('policy')
    .description('List, read and change the policies of a running server.')
    .addHelpText('after', HELP);
  const add = (usage: string, description: string): Command =>
    policy
      .command(usage)
      .description(description)
      .addOption(adminOption())
      .option('--token-file <file>', 'a file with the token (default: that in CROSSGATE_ADMIN_TOKEN)')
      .option('--json', 'print JSON');
  add('list', 'Tenants, with their rules and revisions.').action(list);
  add('get <tenant>', 'Print the policy of a tenant.')
    .option('--dialect <id>', "in this service's own form, not the neutral one")
    .action(get);
  add('put <tenant> <file>', 'Set the policy of a tenant; - reads standard input.')
    .option('--dialect <id>', "the file is in this service's own form, not the neutral one")
    .option('--if-revision <number>', 'only if this is the revision in force')
    .action(put);
  add('delete <tenant>', 'Remove the policy of a tenant.')
    .option('--if-revision <number>', 'only if this is the revision in force')
    .action(remove);
  add('history <tenant>', 'Revisions of a policy, newest first.').action(history);
  add('rollback <tenant> <revision>', 'Set the policy to what it was at a revision.').action(rollback);
  return policy;
}

function adminOption(): Option {
  return new Option('--admin <url>', 'the admin API of the server')
    .default('http://127.0.0.1:4000')
    .env('CROSSGATE_ADMIN');
}

const HELP = `
A tenant is named by its service: cos/examplebucket-1250000000
A server that has tokens asks for one: CROSSGATE_ADMIN_TOKEN, or --token-file.

Examples:
  crossgate policy put cos/examplebucket-1250000000 policy.json
  crossgate policy put cos/examplebucket-1250000000 cors.xml --dialect cos
  crossgate policy rollback cos/examplebucket-1250000000 7`;

async function list(options: CommonOptions): Promise<void> {
  const tenants = await new AdminClient(options).tenants();
  if (options.json) {
    printJson(tenants);
    return;
  }
  if (tenants.length === 0) {
    print('There are no tenants.');
    return;
  }
  const rows = tenants.map(({ dialect, tenant, ruleCount, revision, writtenAt }) => [
    `${dialect}/${tenant}`,
    String(ruleCount),
    revision === null ? '-' : String(revision),
    writtenAt ?? '-',
  ]);
  print(formatTable(['TENANT', 'RULES', 'REVISION', 'WRITTEN'], rows));
}

async function get(name: string, options: DocumentOptions): Promise<void> {
  const dialect = namedDialect(options.dialect);
  const shown = await new AdminClient(options).policy(readName(name));
  if (options.json) printJson(shown);
  else if (dialect?.policyApi && shown.policy) {
    print(formatDocument(shown.policy, dialect.policyApi.document));
  } else printJson(shown.policy);
}

async function put(name: string, file: string, options: DocumentOptions & WriteOptions): Promise<void> {
  const tenant = readName(name);
  const policy = readPolicy(file, namedDialect(options.dialect));
  const revision = await new AdminClient(options).put(tenant, policy, condition(options));
  tell(options, name, revision, `${name} has ${count(policy.rules.length, 'rule')} at revision ${revision}.`);
}

async function remove(name: string, options: WriteOptions): Promise<void> {
  const revision = await new AdminClient(options).delete(readName(name), condition(options));
  tell(options, name, revision, `${name} has no policy since revision ${revision}.`);
}

async function history(name: string, options: CommonOptions): Promise<void> {
  const revisions = await new AdminClient(options).history(readName(name));
  if (options.json) {
    printJson(revisions);
    return;
  }
  const rows = revisions.map(({ revision, writtenAt, policy }) => [
    String(revision),
    writtenAt,
    policy ? count(policy.rules.length, 'rule') : 'deleted',
  ]);
  print(formatTable(['REVISION', 'WRITTEN', 'POLICY'], rows));
}

async function rollback(name: string, revisionText: string, options: CommonOptions): Promise<void> {
  const tenant = readName(name);
  const wanted = readRevision(revisionText);
  const client = new AdminClient(options);
  const revisions = await client.history(tenant);
  const [newest] = revisions;
  const target = revisions.find(({ revision }) => revision === wanted);
  if (!newest || !target) {
    const advice = `crossgate policy history ${name} lists what it has`;
    throw new CommandError(`${name} has no revision ${wanted} in its history; ${advice}`);
  }
  const revision = await restore(client, tenant, target, newest);
  tell(options, name, revision, `${name} is as at revision ${wanted} again, at revision ${revision}.`);
}

/** Nothing happens when somebody else has written since the history was read. */
async function restore(
  client: AdminClient,
  tenant: TenantName,
  target: ShownRevision,
  newest: ShownRevision,
): Promise<number> {
  const unchanged = newest.policy ? { revision: newest.revision } : 'absent';
  if (target.policy) return await client.put(tenant, target.policy, unchanged);
  return await client.delete(tenant, unchanged);
}

function tell(options: CommonOptions, name: string, revision: number, sentence: string): void {
  if (options.json) printJson({ ...readName(name), revision });
  else print(sentence);
}

function readName(name: string): TenantName {
  const slash = name.indexOf('/');
  if (slash < 1 || slash === name.length - 1) {
    throw new CommandError(`${name} is not service/tenant, such as cos/examplebucket-1250000000`);
  }
  return { dialect: name.slice(0, slash), tenant: name.slice(slash + 1) };
}

function condition({ ifRevision }: WriteOptions): Condition {
  return ifRevision === undefined ? undefined : { revision: readRevision(ifRevision) };
}

function readRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new CommandError(`${text} is not a revision: revisions are whole numbers`);
  return Number(text);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
