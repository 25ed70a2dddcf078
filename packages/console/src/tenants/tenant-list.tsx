import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Service, TenantSummary } from '../api/admin-api.ts';
import { formatRoute, navigate, route, tenantRoute } from '../routes.ts';
import { texts } from '../texts.ts';
import { keyText, services, tenantsByService } from './tenants-state.ts';

const filter = signal('');

/** More than anybody looks through: the filter finds the others. */
const SHOWN = 200;

/** All tenants, by service. */
export function TenantList(): JSX.Element {
  const wanted = filter.value.trim().toLowerCase();
  return (
    <nav class="tenants" aria-label={texts.tenants.title}>
      <p>
        <a
          class="tenant-link"
          href="#/"
          {...(route.value.kind === 'overview' && { 'aria-current': 'page' as const })}
        >
          {texts.tenants.overview}
        </a>
      </p>
      <p>
        <label for="tenant-filter">{texts.tenants.filter}</label>
        <input
          id="tenant-filter"
          type="search"
          value={filter.value}
          spellcheck={false}
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value;
          }}
        />
      </p>
      {tenantsByService.value.map(({ service, tenants }) => (
        <ServiceTenants
          key={service.dialect}
          service={service}
          tenants={tenants.filter(({ tenant }) => tenant.toLowerCase().includes(wanted))}
          isFiltered={wanted !== ''}
        />
      ))}
      <OpenTenant />
    </nav>
  );
}

function ServiceTenants({
  service,
  tenants,
  isFiltered,
}: {
  readonly service: Service;
  readonly tenants: readonly TenantSummary[];
  readonly isFiltered: boolean;
}): JSX.Element {
  const shown = route.value;
  const current = shown.kind === 'tenant' ? keyText(shown) : undefined;
  const { none, noMatch, more, ruleCount } = texts.tenants;
  return (
    <section>
      <h2>{service.title}</h2>
      {tenants.length === 0 && <p class="help">{isFiltered ? noMatch : none}</p>}
      <ul>
        {tenants.slice(0, SHOWN).map(tenant => (
          <li key={tenant.tenant}>
            <a
              class="tenant-link"
              href={formatRoute(tenantRoute(tenant))}
              {...(keyText(tenant) === current && { 'aria-current': 'true' as const })}
            >
              {tenant.tenant} <small>{ruleCount(tenant.ruleCount)}</small>
            </a>
          </li>
        ))}
      </ul>
      {tenants.length > SHOWN && <p class="help">{more(tenants.length - SHOWN)}</p>}
    </section>
  );
}

/** A tenant can be given a policy before it is known otherwise. */
function OpenTenant(): JSX.Element {
  const [dialect, setDialect] = useState('');
  const [name, setName] = useState('');
  const chosen = dialect || services.value?.[0]?.dialect || '';
  const { open, service, name: nameLabel, go } = texts.tenants;
  return (
    <details class="open-tenant">
      <summary>{open}</summary>
      <form
        onSubmit={event => {
          event.preventDefault();
          const tenant = name.trim();
          if (tenant !== '') navigate(tenantRoute({ dialect: chosen, tenant }));
        }}
      >
        <label for="open-service">{service}</label>
        <select
          id="open-service"
          value={chosen}
          onChange={({ currentTarget }) => setDialect(currentTarget.value)}
        >
          {services.value?.map(({ dialect: id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <label for="open-name">{nameLabel}</label>
        <input
          id="open-name"
          type="text"
          required
          spellcheck={false}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit">{go}</button>
      </form>
    </details>
  );
}
