import { ETCD_PREFIX, type EtcdConfig, type EtcdTlsFiles, type ServeConfig } from '../serve-config.ts';
import { type Draft, resolveInFile } from './draft.ts';
import { readSecret } from './secrets.ts';

/** The environment variable of the user of etcd. */
const USER_VARIABLE = 'CROSSGATE_ETCD_USER';

/** Where policies live. */
export function readStore(draft: Draft, workers: number): ServeConfig['store'] {
  const { flags, file } = draft;
  const kind = flags.store?.kind ?? file.store ?? 'lmdb';
  switch (kind) {
    case 'lmdb':
      return kind;
    case 'memory':
      if (workers > 1) refuseMemoryStore(draft);
      return kind;
    case 'etcd':
      return readEtcd(draft);
    default:
      return kind satisfies never;
  }
}

/** The cluster that flags, environment and file name. */
function readEtcd(draft: Draft): EtcdConfig {
  const { flags, file, refuse } = draft;
  const { prefix = ETCD_PREFIX, tls = {}, ...section } = file.etcd ?? {};
  const endpoints = flags.store?.endpoints ?? section.endpoints ?? [];
  if (endpoints.length === 0) {
    refuse('etcd needs endpoints: use --store etcd=URL,URL, or etcd.endpoints in the file', {
      at: flags.store ? undefined : ['store'],
      from: [['store'], ['etcd']],
    });
  }
  if ((tls.certificate === undefined) !== (tls.privateKey === undefined)) {
    refuse('a certificate and its privateKey go together; add the other one', { at: ['etcd', 'tls'] });
  }
  const user = readUser(draft);
  return { kind: 'etcd', endpoints, prefix, ...(user && { user }), tls: resolveFiles(draft, tls) };
}

function readUser(draft: Draft): EtcdConfig['user'] {
  const text = draft.environment[USER_VARIABLE] ?? '';
  const { user } = draft.file.etcd ?? {};
  if (text === '') {
    return (
      user && { name: user.name, password: readSecret(draft, user.password, ['etcd', 'user', 'password']) }
    );
  }
  const colon = text.indexOf(':');
  if (colon >= 1) return { name: text.slice(0, colon), password: text.slice(colon + 1) };
  draft.refuse(`${USER_VARIABLE} must be name:password`);
  return undefined;
}

function resolveFiles(draft: Draft, tls: EtcdTlsFiles): EtcdTlsFiles {
  return Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, resolveInFile(draft, path)]));
}

function refuseMemoryStore({ flags, refuse }: Draft): void {
  const inFile = flags.store === undefined ? ['store'] : ['workers'];
  refuse('the memory store belongs to one process: use --workers 1, or --store lmdb', {
    at: flags.store === undefined || flags.workers === undefined ? inFile : undefined,
    from: [['store'], ['workers']],
  });
}
