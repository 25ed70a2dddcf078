/**
 * Suffixes under which strangers get names of their own: some registries of second-level names, and well-known
 * services that host anybody's pages under their domain. A label `*` stands for one label, as a region.
 *
 * This is no copy of the Public Suffix List, which has ten thousand entries and changes weekly: it has what is met in
 * the policies of storage services. A suffix that is not here is taken for a domain of one owner.
 */
const SUFFIXES: readonly string[] = [
  // Registries.
  ...['ac.uk', 'co.uk', 'gov.uk', 'ltd.uk', 'me.uk', 'net.uk', 'org.uk', 'plc.uk'],
  ...['com.au', 'id.au', 'net.au', 'org.au', 'co.nz', 'net.nz', 'org.nz'],
  ...['ac.cn', 'com.cn', 'edu.cn', 'gov.cn', 'net.cn', 'org.cn', 'com.hk', 'com.mo', 'com.tw', 'org.tw'],
  ...['ac.jp', 'co.jp', 'go.jp', 'ne.jp', 'or.jp', 'co.kr', 'or.kr', 're.kr'],
  ...[
    'co.id',
    'co.il',
    'co.in',
    'co.th',
    'com.my',
    'com.ph',
    'com.sg',
    'com.tr',
    'com.vn',
    'net.in',
    'org.in',
  ],
  ...[
    'co.ke',
    'co.za',
    'com.eg',
    'com.ng',
    'com.ar',
    'com.br',
    'com.co',
    'com.mx',
    'com.pe',
    'net.br',
    'org.br',
  ],
  ...['com.pl', 'com.ru', 'com.ua', 'eu.org', 'uk.com', 'us.com'],
  // Pages and applications.
  ...['azurestaticapps.net', '*.azurestaticapps.net', 'azurewebsites.net', '*.azurewebsites.net'],
  ...['appspot.com', '*.r.appspot.com', 'firebaseapp.com', 'web.app', 'run.app', '*.run.app'],
  ...['amplifyapp.com', '*.amplifyapp.com', 'elasticbeanstalk.com', '*.elasticbeanstalk.com'],
  ...['deno.dev', 'fly.dev', 'github.io', 'gitlab.io', 'glitch.me', 'herokuapp.com', 'netlify.app'],
  ...[
    'onrender.com',
    'ondigitalocean.app',
    'pages.dev',
    'surge.sh',
    'up.railway.app',
    'vercel.app',
    'workers.dev',
  ],
  ...[
    'blogspot.com',
    'myshopify.com',
    'neocities.org',
    'notion.site',
    'webflow.io',
    'wixsite.com',
    'wordpress.com',
  ],
  ...['app.github.dev', 'codesandbox.io', 'csb.app', 'gitpod.io', '*.gitpod.io', 'repl.co', 'replit.app'],
  ...['replit.dev', '*.replit.dev', 'stackblitz.io', 'webcontainer.io', 'translate.goog'],
  // Tunnels.
  ...[
    'loca.lt',
    'ngrok.app',
    'ngrok.dev',
    'ngrok.io',
    'ngrok-free.app',
    'ngrok-free.dev',
    'trycloudflare.com',
  ],
  // Storage and content delivery.
  ...['aliyuncs.com', '*.aliyuncs.com', 'amazonaws.com', 's3.amazonaws.com', 's3.*.amazonaws.com'],
  ...['s3-website.*.amazonaws.com', 'azureedge.net', 'azurefd.net', 'backblazeb2.com', '*.backblazeb2.com'],
  ...['blob.core.windows.net', 'web.core.windows.net', '*.web.core.windows.net', 'cloudapp.azure.com'],
  ...['*.cloudapp.azure.com', 'cloudfront.net', 'digitaloceanspaces.com', '*.digitaloceanspaces.com'],
  ...['googleusercontent.com', 'storage.googleapis.com', 'myqcloud.com', 'cos.*.myqcloud.com'],
  ...['cos-website.*.myqcloud.com', 'tcloudbaseapp.com', 'qingstor.com', '*.qingstor.com', 'r2.dev'],
];

const KNOWN: ReadonlySet<string> = new Set(SUFFIXES);

/** Top-level domains that nobody registers names in (RFC 6761; `internal` by ICANN). */
const PRIVATE: ReadonlySet<string> = new Set([
  'example',
  'internal',
  'invalid',
  'local',
  'localhost',
  'test',
]);

/**
 * Whether strangers can have names directly under `domain`: one label, as every top-level domain is but for private
 * ones, or a suffix of the list.
 *
 * @param domain in lower case, without a dot before it
 */
export function isSharedSuffix(domain: string): boolean {
  const labels = domain.split('.');
  if (labels.length === 1 || KNOWN.has(domain)) return !PRIVATE.has(domain);
  return labels.some((_, index) => KNOWN.has(labels.with(index, '*').join('.')));
}

/** Hosts that run pages, or parts of pages, that anybody writes. */
const SHARED_HOSTS: ReadonlySet<string> = new Set([
  'cdpn.io',
  'codepen.io',
  'codesandbox.io',
  'fiddle.jshell.net',
  'jsbin.com',
  'jsfiddle.net',
  'null.jsbin.com',
  'output.jsbin.com',
  'plnkr.co',
  'run.plnkr.co',
  's.codepen.io',
  's3.amazonaws.com',
  'stackblitz.com',
  'storage.googleapis.com',
  'web.archive.org',
]);

/** Whether pages of everybody have this host. */
export function isSharedHost(host: string): boolean {
  return SHARED_HOSTS.has(host);
}
