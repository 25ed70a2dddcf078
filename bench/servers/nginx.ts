import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExecutable } from '../../test/support/find-executable.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type Running, startProgram } from '../harness/child.ts';

export const NGINX: string | undefined = findExecutable('nginx') ?? findExecutable('../sbin/nginx');
export const NGINX_MISSING = 'nginx is not installed (apt-get install nginx-light)';

/** Runs nginx with one worker, and files of its own alone. `http` stands in the `http` block, `server` in the server's. */
export async function startNginx(
  nginx: string,
  { http = '', server }: { readonly http?: string; readonly server: string },
): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'crossgate-bench-nginx-'));
  for (const name of ['body', 'proxy', 'other', 'files']) mkdirSync(join(directory, name), { mode: 0o777 });
  const port = await freePort();
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/pid;
error_log ${directory}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/other;
  uwsgi_temp_path ${directory}/other;
  scgi_temp_path ${directory}/other;
  keepalive_requests 1000000000;
  client_max_body_size 0;
${http}
  server {
    listen 127.0.0.1:${port};
    root ${directory}/files;
${server}
  }
}
`,
  );
  const args = ['-p', directory, '-c', file, '-e', join(directory, 'error.log')];
  const running = await startProgram(nginx, args, port);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
