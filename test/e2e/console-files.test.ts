import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminApi, type SendToAdmin } from '../support/admin-http.ts';
import { splitAddress } from '../support/cos-http.ts';
import { type LocalServer, startLocalServer } from '../support/local-server.ts';

let server: LocalServer;
let admin: SendToAdmin;

beforeAll(async () => {
  server = await startLocalServer();
  admin = adminApi(server.admin);
});

afterAll(async () => {
  await server.stop();
});

async function assets(): Promise<readonly string[]> {
  const { text } = await admin('/');
  return [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
}

describe('the files of the console', () => {
  it('come from this server, and nothing of them stands in the page', async () => {
    const { text, headers } = await admin('/');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'self'; connect-src 'self' /);
    expect(policy).toContain("frame-ancestors 'none'");
    for (const listener of [server.cos, server.qingstor, server.azureTables, server.boomi]) {
      expect(policy).toContain(` http://${listener}`);
    }
    expect(policy).not.toMatch(/unsafe|\*|https:/);
    expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)/);
    const paths = await assets();
    expect(paths.length).toBeGreaterThanOrEqual(3);
    expect(paths.every(path => path.startsWith('/assets/'))).toBe(true);
  });

  it('are kept by browsers for good, under names that change with what is in them', async () => {
    for (const path of await assets()) {
      const { status, headers } = await admin(path);
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(path).toMatch(/-[\w-]{8}\.\w+$/);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('are less than 100 KB compressed', async () => {
    let bytes = 0;
    for (const path of ['/', ...(await assets())]) {
      const { encoding, body } = await compressed(path);
      expect(encoding).toBe('gzip');
      expect(gunzipSync(body).byteLength).toBeGreaterThan(0);
      bytes += body.byteLength;
    }
    expect(bytes).toBeLessThan(100_000);
  });

  it('are not compressed for those who do not ask for it', async () => {
    const { headers, text } = await admin('/', { headers: { 'Accept-Encoding': 'gzip;q=0' } });
    expect(headers['content-encoding']).toBeUndefined();
    expect(text).toMatch(/^<!doctype html>/);
  });

  const NOT_THERE = [
    '/assets/../index.html',
    '/assets/..%2f..%2fpackage.json',
    '/../package.json',
    '//etc/passwd',
    '/assets/',
    '/assets',
    '/assets/%00',
    '/package.json',
  ];

  it.each(NOT_THERE)('are nothing else: %s', async path => {
    expect((await admin(path)).status).toBe(404);
  });

  it('are got, and nothing is sent to them', async () => {
    const [path = ''] = await assets();
    const { status, headers } = await admin(path, { method: 'POST', body: '' });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });

  it('are not for other hosts, whatever name they are asked for by', async () => {
    expect((await admin('/', { headers: { Host: 'rebound.example' } })).status).toBe(403);
  });
});

function compressed(path: string): Promise<{ readonly encoding: string | undefined; readonly body: Buffer }> {
  const [hostname, port] = splitAddress(server.admin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { 'Accept-Encoding': 'gzip' }, agent: false }, response => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
    })
      .on('error', reject)
      .end();
  });
}
