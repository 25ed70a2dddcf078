/** Whether it is `http(s)://host[:port]`. */
export function isEtcdEndpoint(endpoint: string): boolean {
  try {
    endpointOrigin(endpoint);
    return true;
  } catch {
    return false;
  }
}

/** Throws a TypeError when an endpoint is not an `http` or `https` URL of a host. */
export function endpointOrigin(endpoint: string): string {
  if (!URL.canParse(endpoint)) throw new TypeError(`the etcd endpoint ${endpoint} is not a URL`);
  const url = new URL(endpoint);
  const isPlain =
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '';
  if (!isPlain) throw new TypeError(`the etcd endpoint ${endpoint} is not http(s)://host[:port]`);
  // A URL that names its scheme's own port, 80 or 443, does not show it.
  const hasPort = url.port !== '' || /:\d+\/?$/.test(endpoint);
  return hasPort ? url.origin : `${url.origin}:2379`;
}
