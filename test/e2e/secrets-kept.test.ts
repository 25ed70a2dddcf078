/** Secrets of every kind, in everything that a server says of itself: they must not be there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type CertificateFiles, makeCertificate, missingOpenssl } from '../support/certificates.ts';
import { childProcesses } from '../support/child-processes.ts';
import { runCommand, type ServerProcess, startServerProcess } from '../support/command.ts';
import { cosHost, splitAddress } from '../support/cos-http.ts';
import { FORM_TYPE, formBody } from '../support/form-data.ts';
import { rawRequest } from '../support/raw-http.ts';
import { describeWith } from '../support/required.ts';
import { azureTablesHeaders } from '../support/sign-azure-tables.ts';
import { cosAuthorization, presignCosTarget, signedCosPolicyFields } from '../support/sign-cos.ts';
import { qingstorAuthorization } from '../support/sign-qingstor.ts';

const SECRETS = {
  text: 'Text-Secret-4711',
  environment: 'Environment-Secret-4712',
  file: 'File-Secret-4713',
  token: 'Token-Secret-4714',
  variable: 'Variable-Secret-4715',
  etcd: 'Etcd-Secret-4716',
  boomi: 'Boomi-Secret-4717',
  azure: Buffer.from('Azure-Secret-4718').toString('base64'),
  next: 'Next-Secret-4719',
};
const ACCOUNT = 'secretaccount';
const REPEATED = 'repeated-by-the-upstream';
const BUCKET = 'secrets-1250000000';
const ENVIRONMENT = {
  CROSSGATE_QINGSTOR_CREDENTIAL: `QSKEY:${SECRETS.variable}`,
  COS_SECRET: SECRETS.environment,
};

function configOf(etcd: string, upstream: string): string {
  return `
store: etcd
etcd: { endpoints: ['${etcd}'], user: { name: gate, password: '${SECRETS.etcd}' } }
logLevel: debug
tls: { certificate: certificate.pem, privateKey: certificate-key.pem }
dialects:
  cos:
    credentials:
      - { id: TEXT, secret: '${SECRETS.text}', role: read-only }
      - { id: ENVIRONMENT, secret: { env: COS_SECRET } }
      - { id: FILE, secret: { file: secret }, token: '${SECRETS.token}' }
  azure-tables:
    credentials: [{ id: ${ACCOUNT}, secret: '${SECRETS.azure}' }]
    upstream: '${upstream}'
  boomi:
    credentials: [{ id: user, secret: '${SECRETS.boomi}' }]
    upstream: '${upstream}'
`;
}

/** Everything by which somebody could find a secret out. */
function formsOf(secret: string, ids: readonly string[]): readonly string[] {
  const joined = ids.map(id => `${id}:${secret}`);
  const bytes = [secret, ...joined].map(text => Buffer.from(text));
  const base64 = bytes.flatMap(one => [one.toString('base64').replace(/=+$/, ''), one.toString('base64url')]);
  return [secret, encodeURIComponent(secret), ...base64, ...bytes.map(one => one.toString('hex'))];
}

describeWith(missingOpenssl)('what a server says of itself', () => {
  let directory: string;
  let files: CertificateFiles;
  let echo: Server;
  let server: ServerProcess;
  let log = '';
  let answers = 0;
  /** By where it was said. */
  const said: (readonly [where: string, text: string])[] = [];
  /** Signatures that were sent: who has one can send the request again. */
  const signatures: string[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'crossgate-secrets-'));
    files = makeCertificate(directory);
    // Whoever is asked here repeats everything that it was sent, as an error.
    echo = createServer((incoming, response) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', chunk => {
        body += String(chunk);
      });
      incoming.on('end', () => {
        const repeated = JSON.stringify({
          error: body,
          message: body,
          code: 3,
          headers: incoming.headers,
          [REPEATED]: '',
        });
        response.writeHead(400, { 'Content-Type': 'application/json' }).end(repeated);
      });
    }).listen(0, '127.0.0.1');
    await vi.waitFor(() => expect(echo.address()).not.toBeNull());
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    writeFileSync(join(directory, 'secret'), `${SECRETS.file}\n`);
    const config = join(directory, 'c.yaml');
    writeFileSync(config, configOf(url, url));
    const flags = ['--config', config, '--log-level', 'debug', '--workers', '2'];
    server = await startServerProcess(join(directory, 'data'), flags, ENVIRONMENT);
    server.child.stderr?.on('data', (chunk: string) => {
      log += chunk;
    });
    said.push(['start-up', server.startUp]);
    await exercise();
    await reload(config, url);
    await lookAround();
    said.push(...(await checks(config)));
    await server.stop('SIGTERM');
    said.push(['the log', log]);
  }, 60_000);

  afterAll(() => {
    if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill('SIGKILL');
    echo.closeAllConnections();
    echo.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Sends bytes over TLS, and keeps what comes back. */
  function send(address: string, bytes: string, where: string): Promise<void> {
    const [host, port] = splitAddress(address);
    return new Promise(resolve => {
      let received = '';
      const socket = connectTls({ host, port, rejectUnauthorized: false }, () =>
        socket.write(bytes, 'latin1'),
      );
      socket.setEncoding('latin1').on('data', chunk => {
        received += String(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (/^HTTP\/1\.1 \d/.test(received)) answers += 1;
        // What only the upstream says is its own affair.
        if (!received.includes(REPEATED)) said.push([where, received]);
        resolve();
      });
    });
  }

  async function exercise(): Promise<void> {
    const host = cosHost(BUCKET);
    const keys = [
      { id: 'TEXT', secret: SECRETS.text },
      { id: 'ENVIRONMENT', secret: SECRETS.environment },
      { id: 'FILE', secret: SECRETS.file },
      { id: 'FILE', secret: 'wrong' },
      { id: 'NOBODY', secret: SECRETS.text },
    ];
    for (const key of keys) {
      for (const method of ['PUT', 'GET', 'DELETE']) {
        for (const target of ['/', '/a', '/?cors']) {
          const toSign = { method, target, headers: { host } };
          const authorization = cosAuthorization(toSign, { key });
          signatures.push(/q-signature=(\w+)/.exec(authorization)?.[1] ?? '');
          const lines = [
            `Host: ${host}`,
            `Authorization: ${authorization}`,
            'Origin: https://a.com',
            'Content-Length: 0',
          ];
          await send(server.cos, rawRequest(`${method} ${target} HTTP/1.1`, lines), 'cos');
          const token = `x-cos-security-token: ${SECRETS.token}`;
          await send(server.cos, rawRequest(`${method} ${target} HTTP/1.1`, [...lines, token]), 'cos');
          const presigned = presignCosTarget(toSign, { key });
          await send(
            server.cos,
            rawRequest(`${method} ${presigned} HTTP/1.1`, [`Host: ${host}`]),
            'presigned',
          );
        }
      }
      const fields = signedCosPolicyFields('{"expiration":"2100-01-01T00:00:00Z","conditions":[]}', { key });
      const form = formBody({ key: 'f', ...fields }, { content: 'f' }).toString('latin1');
      const head = [`Host: ${host}`, `Content-Type: ${FORM_TYPE}`, `Content-Length: ${form.length}`];
      await send(server.cos, rawRequest('POST / HTTP/1.1', head, form), 'a form');
    }
    const date = new Date().toUTCString();
    const qingstor = { method: 'GET', target: '/mybucket', headers: { Date: date } };
    const ofQingstor = qingstorAuthorization(qingstor, { id: 'QSKEY', secret: SECRETS.variable });
    await send(
      server.qingstor,
      rawRequest('GET /mybucket HTTP/1.1', ['Host: a', `Date: ${date}`, `Authorization: ${ofQingstor}`]),
      'qingstor',
    );
    const target = `/${ACCOUNT}/?restype=service&comp=properties`;
    for (const method of ['GET', 'PUT']) {
      const signed = azureTablesHeaders({ method, target }, { account: ACCOUNT, key: SECRETS.azure });
      await send(
        server.azureTables,
        rawRequest(`${method} ${target} HTTP/1.1`, ['Host: a', ...signed]),
        'azure',
      );
    }
    const path = '/api/rest/v1/someaccount/Atom/1';
    const basic = Buffer.from(`user:${SECRETS.boomi}wrong`).toString('base64');
    await send(
      server.boomi,
      rawRequest(`GET ${path} HTTP/1.1`, ['Host: a', `Authorization: Basic ${basic}`]),
      'boomi',
    );
    // Sent by somebody who mixes up what goes where.
    const listeners = [server.cos, server.qingstor, server.azureTables, server.boomi, server.admin];
    for (const address of listeners) {
      for (const secret of Object.values(SECRETS)) {
        for (const value of [
          secret,
          `Basic ${Buffer.from(`TEXT:${secret}`).toString('base64')}`,
          `Bearer ${secret}`,
          `QS QSKEY:${secret}`,
          `QS ${secret}`,
          `SharedKey ${ACCOUNT}:${secret}`,
          `SharedKey ${secret}`,
          `q-sign-algorithm=sha1&q-ak=TEXT&q-signature=${secret}`,
          `q-ak=${secret}`,
          `\u0000${secret}`,
        ]) {
          const lines = ['Host: 127.0.0.1', `Authorization: ${value}`, `Date: ${date}`];
          await send(address, rawRequest('GET /a HTTP/1.1', lines), 'mixed up');
        }
        const query = `/a?sig=${encodeURIComponent(secret)}&signature=${encodeURIComponent(secret)}`;
        await send(address, rawRequest(`GET ${query} HTTP/1.1`, ['Host: 127.0.0.1']), 'a query');
      }
      await send(address, 'nonsense\r\n\r\n', 'nonsense');
    }
  }

  /** Configurations with mistakes near secrets, then one that is right. */
  async function reload(config: string, url: string): Promise<void> {
    const right = configOf(url, url);
    const wrongs = [
      right.replaceAll("'", ''),
      right.replaceAll("'", '"').replace('secret: "', 'secret: "\\d'),
      right.replaceAll(/secret: '/g, "secret: !'").replaceAll('token: ', 'token: *'),
      right.replaceAll("password: '", "password: { '").replace('logLevel', 'store'),
      right.replaceAll('secret: ', 'secert: '),
      right.replaceAll(/(secret|password): ('[^']*')/g, '$2: $1'),
      `${right}\n${SECRETS.text}: [`,
      right.replace('portBase', 'port').replace('store: etcd', 'store: memory'),
      right.replace(SECRETS.etcd, SECRETS.next),
      right.replaceAll(SECRETS.text, `${SECRETS.text}\u0007`),
      right.replace(ACCOUNT, 'not an account'),
      right.replace(SECRETS.azure, `${SECRETS.next}!`),
    ];
    for (const [i, text] of [...wrongs, right.replace(SECRETS.boomi, SECRETS.next)].entries()) {
      writeFileSync(config, text);
      said.push([`--check of ${i}`, await check(config)]);
      const before = log.length;
      server.child.kill('SIGHUP');
      await vi.waitFor(() => expect(log.slice(before)).toMatch(/taken over|stays as it was/), {
        timeout: 8_000,
      });
    }
    expect(log).toContain('taken over');
    writeFileSync(join(directory, 'certificate-key.pem'), `${files.pem.privateKey}x`);
    server.child.kill('SIGHUP');
    writeFileSync(join(directory, 'certificate-key.pem'), files.pem.privateKey);
  }

  async function lookAround(): Promise<void> {
    const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
      paths: Record<string, unknown>;
    };
    const paths = Object.keys(document.paths).map(path =>
      path.replace('{dialect}', 'cos').replace('{tenant}', BUCKET),
    );
    expect(paths.length).toBeGreaterThan(10);
    for (const path of ['/', '/metrics', '/readyz', ...paths]) {
      await send(server.admin, rawRequest(`GET ${path} HTTP/1.1`, ['Host: 127.0.0.1']), 'the admin API');
    }
    const { pid } = server.child;
    const children = childProcesses(pid ?? 0);
    expect(children).toHaveLength(2);
    for (const id of [pid, ...children]) {
      said.push([`the command line of ${id}`, readFileSync(`/proc/${id}/cmdline`, 'utf8')]);
    }
    // What a worker is told of the file is not in its environment.
    for (const id of children) {
      const environment = readFileSync(`/proc/${id}/environ`, 'utf8');
      const foreign = Object.entries(ENVIRONMENT).reduce(
        (text, [name, value]) => text.replace(`${name}=${value}`, ''),
        environment,
      );
      said.push([`the environment of ${id}`, foreign]);
    }
  }

  async function check(config: string): Promise<string> {
    const { stdout, stderr } = await runCommand(['serve', '--config', config, '--check'], {
      env: ENVIRONMENT,
    });
    return stdout + stderr;
  }

  async function checks(config: string): Promise<readonly (readonly [string, string])[]> {
    writeFileSync(join(directory, 'secret'), '');
    const withoutFile = await check(config);
    expect(withoutFile).toContain('is empty; it must have the secret');
    const { stderr } = await runCommand(['serve', '--config', config, '--check'], { env: {} });
    expect(stderr).toContain('COS_SECRET');
    return [
      ['--check without the file', withoutFile],
      ['--check without the environment', stderr],
    ];
  }

  const KEY_IDS = ['TEXT', 'ENVIRONMENT', 'FILE', 'QSKEY', 'user', 'gate', ACCOUNT];

  it.each(Object.entries(SECRETS))('does not have the secret of %s in any form', (_, secret) => {
    expect(answers).toBeGreaterThan(500);
    const forms = formsOf(secret, KEY_IDS);
    const leaks = said.filter(([, text]) => forms.some(form => text.includes(form)));
    expect(leaks.map(([where]) => where)).toEqual([]);
  });

  it('does not have the private key of TLS', () => {
    const lines = files.pem.privateKey
      .split('\n')
      .filter(line => line.length > 20 && !line.startsWith('-----'));
    expect(lines.length).toBeGreaterThan(1);
    const leaks = said.filter(([, text]) => lines.some(line => text.includes(line)));
    expect(leaks.map(([where]) => where)).toEqual([]);
  });

  it('does not have signatures that were sent, but where they came from', () => {
    expect(signatures.length).toBeGreaterThan(10);
    const own = said.filter(([where]) => /log|admin/.test(where));
    const leaks = own.filter(([, text]) => signatures.some(signature => text.includes(signature)));
    expect(leaks.map(([where]) => where)).toEqual([]);
  });
});
