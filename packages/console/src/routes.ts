import { type ReadonlySignal, signal } from '@preact/signals';

/** The pages of a tenant, in the order of their tabs. */
export const TABS = ['rules', 'try', 'live', 'history'] as const;

export type Tab = (typeof TABS)[number];

/** What is shown. It stands behind the `#` of the address, so that every page has a link. */
export type Route =
  | { readonly kind: 'overview' }
  | {
      readonly kind: 'tenant';
      readonly dialect: string;
      readonly tenant: string;
      readonly tab: Tab;
      readonly query: URLSearchParams;
    };

export function formatRoute(route: Route): string {
  if (route.kind === 'overview') return '#/';
  const { dialect, tenant, tab, query } = route;
  const search = query.size > 0 ? `?${query}` : '';
  return `#/${[dialect, tenant, tab].map(encodeURIComponent).join('/')}${search}`;
}

export function tenantRoute(
  { dialect, tenant }: { readonly dialect: string; readonly tenant: string },
  tab: Tab = 'rules',
  query: URLSearchParams = new URLSearchParams(),
): Route {
  return { kind: 'tenant', dialect, tenant, tab, query };
}

/** What cannot be read is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', ...search] = hash.replace(/^#\/?/, '').split('?');
  const [dialect, tenant, tab = 'rules'] = path.split('/').map(decoded);
  const known = TABS.find(name => name === tab);
  if (!dialect || !tenant || !known) return { kind: 'overview' };
  return tenantRoute({ dialect, tenant }, known, new URLSearchParams(search.join('?')));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

const current = signal<Route>(parseRoute(location.hash));

export const route: ReadonlySignal<Route> = current;

let pending: ReturnType<typeof setTimeout> | undefined;

addEventListener('hashchange', () => {
  clearTimeout(pending);
  current.value = parseRoute(location.hash);
});

export function navigate(to: Route): void {
  clearTimeout(pending);
  location.hash = formatRoute(to);
}

const PAUSE_MS = 300;

/** Changes the address to what is shown already, as while somebody types: the way back is not filled with letters. */
export function replaceRoute(to: Route): void {
  current.value = to;
  clearTimeout(pending);
  // Some browsers take a hundred changes in half a minute, and throw at the next.
  pending = setTimeout(() => history.replaceState(null, '', formatRoute(to)), PAUSE_MS);
}
