/** `proxy_pass` as people write it where bodies are large: streamed either way, with connections that are kept. */
export function nginxProxy(upstreamPort: number): { readonly http: string; readonly server: string } {
  return {
    http: `
  upstream store { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000000; }`,
    server: `
    location / {
      proxy_pass http://store;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
      proxy_hide_header Access-Control-Allow-Origin;
    }`,
  };
}
