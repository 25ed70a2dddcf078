import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { loadSession, session } from './access/access-state.ts';
import { LogInDialog } from './access/log-in-dialog.tsx';
import { LogInPage } from './access/log-in-page.tsx';
import { Who } from './access/who.tsx';
import type { Service } from './api/admin-api.ts';
import { connection, isOffline, needsLogIn } from './api/admin-client.ts';
import { HistoryPage } from './history/history-page.tsx';
import { LivePage } from './live/live-page.tsx';
import { Overview } from './live/overview.tsx';
import { announce, Notices } from './notice.tsx';
import { formatRoute, type Route, route, TABS, tenantRoute } from './routes.ts';
import { RulesPage } from './rules/rules-page.tsx';
import { TenantList } from './tenants/tenant-list.tsx';
import { keyText, loadTenants, serviceOf, services } from './tenants/tenants-state.ts';
import { texts } from './texts.ts';
import { TryPage } from './try/try-page.tsx';

const RETRY_MS = 5_000;

/** The whole console. */
export function App(): JSX.Element {
  useEffect(() => {
    void loadSession();
    void loadTenants();
  }, [connection.value]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!needsLogIn.value && (isOffline.value || !services.value)) void loadTenants();
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  const isLogInShown = needsLogIn.value && !session.value;
  const shown = route.value;
  const subject = shown.kind === 'overview' ? '' : keyText(shown);
  const place = isLogInShown ? 'log-in' : shown.kind === 'overview' ? '' : `${subject} ${shown.tab}`;
  // What came of something is of the tenant that it was done to.
  useEffect(() => announce(''), [subject]);
  const isFirst = useRef(true);
  useEffect(() => {
    // A link that is gone with its page must not take the focus with it.
    if (isFirst.current) isFirst.current = false;
    else if (document.activeElement === document.body) document.getElementById('main')?.focus();
  }, [place]);
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        {texts.skip}
      </button>
      <header class="top">
        <a href="#/" class="product">
          {texts.product}
        </a>
        <Who />
      </header>
      {isLogInShown ? (
        <LogInPage />
      ) : (
        <div class="columns">
          <TenantList />
          <main id="main" tabIndex={-1}>
            <Notices />
            <LogInDialog />
            {shown.kind === 'overview' ? <Overview /> : <TenantPages shown={shown} />}
          </main>
        </div>
      )}
    </>
  );
}

/** A button, for the address already says which page is shown. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}

type TenantRoute = Extract<Route, { kind: 'tenant' }>;

function TenantPages({ shown }: { readonly shown: TenantRoute }): JSX.Element {
  const { dialect, tenant, tab } = shown;
  const service = serviceOf(dialect);
  useEffect(() => {
    document.title = `${tenant} · ${texts.tabs[tab]} · ${texts.product}`;
  }, [tenant, tab]);
  if (!services.value) return <p>{texts.loading}</p>;
  if (!service) return <p class="banner bad">{texts.unknownService(dialect)}</p>;
  return (
    <>
      <h1>
        {tenant} <small>{`${service.title} · ${service.tenantNoun}`}</small>
      </h1>
      <nav aria-label={texts.tabsLabel} class="tabs">
        {TABS.map(name => (
          <a
            key={name}
            href={formatRoute(tenantRoute(shown, name))}
            {...(name === tab && { 'aria-current': 'page' as const })}
          >
            {texts.tabs[name]}
          </a>
        ))}
      </nav>
      <Page key={`${keyText(shown)} ${tab}`} shown={shown} service={service} />
    </>
  );
}

function Page({ shown, service }: { readonly shown: TenantRoute; readonly service: Service }): JSX.Element {
  const { dialect, tenant, tab } = shown;
  const subject = { dialect, tenant };
  switch (tab) {
    case 'rules':
      return <RulesPage subject={subject} service={service} />;
    case 'try':
      return <TryPage subject={subject} service={service} query={shown.query} />;
    case 'live':
      return <LivePage subject={subject} />;
    case 'history':
      return <HistoryPage subject={subject} service={service} />;
    default:
      return tab satisfies never;
  }
}
