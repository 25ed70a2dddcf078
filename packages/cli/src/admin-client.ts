import { readFileSync } from 'node:fs';
import { type DiagnosticJson, formatPath, type Policy } from '@crossgate/core';
import { CommandError, EXIT } from './exit-code.ts';
import { visibleLine } from './output.ts';
import { whyUnreadable } from './unreadable.ts';

/** A revision as the admin API shows it; the policy is null where it was deleted. */
export interface ShownRevision {
  readonly dialect: string;
  readonly tenant: string;
  readonly revision: number;
  readonly writtenAt: string;
  readonly policy: Policy | null;
}

export interface ShownTenant {
  readonly dialect: string;
  readonly tenant: string;
  readonly ruleCount: number;
  readonly revision: number | null;
  readonly writtenAt: string | null;
}

/** Whose policy, on the command line: `cos/examplebucket-1250000000`. */
export interface TenantName {
  readonly dialect: string;
  readonly tenant: string;
}

/** What a write expects to find; undefined: whatever there is. */
export type Condition = { readonly revision: number } | 'absent' | undefined;

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly diagnostics?: readonly DiagnosticJson[];
}

/** Where the admin API is, and what is shown to it. */
export interface AdminOptions {
  readonly admin: string;
  /** A file that has the token; without one it is taken from the environment, where there is one. */
  readonly tokenFile?: string;
}

const TOKEN_VARIABLE = 'CROSSGATE_ADMIN_TOKEN';

/** The admin API of a running server. Every failure is a CommandError that says what to do. */
export class AdminClient {
  readonly #base: string;
  readonly #token: string | undefined;

  constructor({ admin: base, tokenFile }: AdminOptions) {
    if (!/^https?:\/\/./.test(base) || !URL.canParse(base)) {
      throw new CommandError(`${base} is not the URL of an admin API, such as http://127.0.0.1:4000`);
    }
    this.#base = base.replace(/\/$/, '');
    this.#token = readToken(tokenFile);
  }

  async tenants(): Promise<readonly ShownTenant[]> {
    const body = (await this.#call('GET', '/api/v1/tenants')) as { tenants: ShownTenant[] };
    return body.tenants;
  }

  async policy(name: TenantName): Promise<ShownRevision> {
    return (await this.#call('GET', policyPath(name))) as ShownRevision;
  }

  async history(name: TenantName): Promise<readonly ShownRevision[]> {
    const body = (await this.#call('GET', `${policyPath(name)}/history`)) as { revisions: ShownRevision[] };
    return body.revisions;
  }

  async put(name: TenantName, policy: Policy, condition: Condition): Promise<number> {
    return await this.#write('PUT', name, condition, policy);
  }

  async delete(name: TenantName, condition: Condition): Promise<number> {
    return await this.#write('DELETE', name, condition);
  }

  async #write(method: string, name: TenantName, condition: Condition, policy?: Policy): Promise<number> {
    const body = (await this.#call(method, policyPath(name), conditionHeaders(condition), policy)) as {
      revision: number;
    };
    return body.revision;
  }

  async #call(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    value?: unknown,
  ): Promise<unknown> {
    const body = value === undefined ? {} : { body: JSON.stringify(value) };
    const authorization = this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` };
    const request = {
      method,
      headers: { ...headers, ...authorization },
      redirect: 'manual' as const,
      ...body,
    };
    const response = await fetch(this.#base + path, request).catch((error: unknown) => {
      const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
      if (/CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO/.test(code)) {
        const trust = 'put it, or who issued it, into a file and name that in NODE_EXTRA_CA_CERTS';
        throw new CommandError(`the certificate of ${this.#base} is not trusted (${code}): ${trust}`);
      }
      const message = `no server answers at ${this.#base}: start one with \`crossgate serve\`, or name its admin API with --admin`;
      throw new CommandError(message);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (typeof answer !== 'object' || answer === null) {
      const advice = 'name that with --admin, such as http://127.0.0.1:4000';
      throw new CommandError(`what answers at ${this.#base} is not the admin API of Crossgate: ${advice}`);
    }
    if (response.ok) return answer;
    throw refusal(response.status, (answer as { error?: Problem }).error, this.#token !== undefined);
  }
}

function conditionHeaders(condition: Condition): Record<string, string> {
  if (condition === undefined) return {};
  return condition === 'absent' ? { 'If-None-Match': '*' } : { 'If-Match': `"${condition.revision}"` };
}

/** @throws CommandError */
function readToken(file: string | undefined): string | undefined {
  const source = file === undefined ? TOKEN_VARIABLE : file;
  const text = file === undefined ? (process.env[TOKEN_VARIABLE] ?? '') : readTokenFile(file);
  const token = text.trim();
  if (token === '' && file === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CommandError(
    `what is in ${source} is no token: it must be one line of letters, digits and - . _ ~ + / =`,
  );
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`the token cannot be read from ${file}: ${whyUnreadable(error)}`);
  }
}

const SHOW_ONE = `set ${TOKEN_VARIABLE}, or name a file that has it with --token-file`;
const SHOW_ANOTHER = `show another one, in ${TOKEN_VARIABLE} or in a file that is named with --token-file`;

function refusal(status: number, problem: Problem | undefined, showedToken: boolean): CommandError {
  if (!problem) return new CommandError(`the server answered ${status}`);
  if (status === 401) {
    return new CommandError(
      showedToken
        ? `the admin API does not know this token: ${SHOW_ANOTHER}`
        : `the admin API asks for a token: ${SHOW_ONE}`,
    );
  }
  if (problem.code === 'role') return new CommandError(`${problem.message}: ${SHOW_ANOTHER}`);
  if (!problem.diagnostics) return new CommandError(problem.message);
  const lines = problem.diagnostics.map(({ path, message, help }) => {
    const where = formatPath(path);
    return `  ${visibleLine(`${where && `${where}: `}${message}; ${help}`)}`;
  });
  return new CommandError([problem.message, ...lines].join('\n'), EXIT.invalidPolicy);
}

function policyPath({ dialect, tenant }: TenantName): string {
  return `/api/v1/tenants/${encodeURIComponent(dialect)}/${encodeURIComponent(tenant)}/policy`;
}
