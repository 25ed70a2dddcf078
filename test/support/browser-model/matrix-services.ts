import { type CompiledPolicy, compile, type Policy } from '@crossgate/core';
import { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } from '@crossgate/dialects/profiles';
import { adminApi, policyPath } from '../admin-http.ts';
import { createBucket } from '../cos-http.ts';
import { startLocalServer } from '../local-server.ts';
import { createQingstorBucket } from '../qingstor-http.ts';
import { type BrowserSite, openBrowserSite } from './browser-site.ts';
import { startDecidingServer } from './deciding-server.ts';
import { matrixPolicies } from './matrix-policies.ts';
import { openRecordingGateway, type RecordingGateway } from './recording-gateway.ts';

/** Something that a page can fetch, and the policy that holds for it. */
export interface MatrixTarget {
  readonly name: string;
  readonly policy: CompiledPolicy;
  /** Without a query. */
  readonly url: string;
  readonly gateway: RecordingGateway;
}

export interface MatrixServices {
  readonly site: BrowserSite;
  readonly targets: readonly MatrixTarget[];
  readonly stop: () => Promise<void>;
}

/** The four services, each with several policies about the pages of a site, behind gateways that record. */
export async function startMatrixServices(): Promise<MatrixServices> {
  const stops: (() => Promise<void>)[] = [];
  const started = async <T extends { readonly stop: () => Promise<void> }>(
    starting: Promise<T>,
  ): Promise<T> => {
    const running = await starting;
    stops.push(running.stop);
    return running;
  };
  const server = await started(startLocalServer());
  // Its policies are about the site, which is before it: they are there once the site is.
  const ownPolicies: CompiledPolicy[] = [];
  const own = await started(startDecidingServer(ownPolicies));
  const site = await started(openBrowserSite(own.address));

  const boomiPolicies = matrixPolicies(site, boomiProfile).map(policy => compile(policy, boomiProfile));
  const boomi = await started(startDecidingServer(boomiPolicies));
  const gateways = {
    cos: await started(openRecordingGateway(server.cos)),
    qingstor: await started(openRecordingGateway(server.qingstor)),
    boomi: await started(openRecordingGateway(boomi.address)),
  };
  const api = adminApi(server.admin);
  const setPolicy = async (dialect: string, tenant: string, body: Policy): Promise<void> => {
    const { status, text } = await api(policyPath(tenant, dialect), { method: 'PUT', body });
    if (status !== 200) throw new Error(`cannot set the policy of ${tenant}: ${text}`);
  };
  const target = (policy: CompiledPolicy, gateway: RecordingGateway, path: string): MatrixTarget => ({
    name: `${policy.profile.dialect} ${path}`,
    policy,
    url: `http://127.0.0.1:${gateway.port}${path}`,
    gateway,
  });

  const targets: MatrixTarget[] = [];
  for (const [index, policy] of matrixPolicies(site, cosProfile).entries()) {
    const bucket = `bucket${index}-1250000000`;
    const send = await createBucket(server.cos, bucket);
    const headers = { 'x-cos-acl': 'public-read' };
    await send({ method: 'PUT', target: '/hello', body: 'hello', headers });
    await setPolicy('cos', bucket, policy);
    targets.push(target(compile(policy, cosProfile), gateways.cos, `/${bucket}/hello`));
  }
  for (const [index, policy] of matrixPolicies(site, qingstorProfile).entries()) {
    const bucket = `bucket${index}`;
    await createQingstorBucket(server.qingstor, bucket);
    await setPolicy('qingstor', bucket, policy);
    targets.push(target(compile(policy, qingstorProfile), gateways.qingstor, `/${bucket}/hello`));
  }
  for (const policy of matrixPolicies(site, azureTablesProfile)) {
    const compiled = compile(policy, azureTablesProfile);
    targets.push(target(compiled, site, `/${ownPolicies.push(compiled) - 1}/table`));
  }
  boomiPolicies.forEach((policy, index) => {
    targets.push(target(policy, gateways.boomi, `/${index}/object`));
  });
  return {
    site,
    targets,
    stop: async () => {
      for (const stop of stops.reverse()) await stop();
    },
  };
}
