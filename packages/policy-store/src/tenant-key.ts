import type { TenantKey } from './policy-store.ts';

const DIALECT_LIMIT_BYTES = 64;
const TENANT_LIMIT_BYTES = 256;

/** Throws a `TypeError` that says what is wrong with a key that no store can hold. */
export function assertTenantKey(key: TenantKey): void {
  assertDialect(key.dialect);
  assertName('tenant', key.tenant, TENANT_LIMIT_BYTES);
}

export function assertDialect(dialect: string): void {
  assertName('dialect', dialect, DIALECT_LIMIT_BYTES);
  // NUL ends the dialect in `orderedBytes`. In a tenant it is a character as any other.
  if (dialect.includes('\0')) throw new TypeError('the dialect must not contain a NUL character');
}

function assertName(name: string, value: string, limitBytes: number): void {
  if (typeof value !== 'string') throw new TypeError(`the ${name} must be a string, not ${typeof value}`);
  if (value === '') throw new TypeError(`the ${name} must not be empty`);
  const bytes = Buffer.byteLength(value);
  // UTF-8 has no bytes for half a surrogate pair: two such names would become one. Most names are ASCII.
  if (bytes !== value.length && /\p{Surrogate}/u.test(value)) {
    throw new TypeError(`the ${name} must not contain a lone surrogate`);
  }
  if (bytes > limitBytes) {
    throw new TypeError(`the ${name} must have at most ${limitBytes} bytes in UTF-8, not ${bytes}`);
  }
}

/** A text whose UTF-8 sorts as the listing does: by dialect, then by tenant. Only for keys that `assertTenantKey` accepts. */
export function orderedText({ dialect, tenant }: TenantKey): string {
  return `${dialect}\0${tenant}`;
}

/** The UTF-8 of {@link orderedText}. */
export function orderedBytes(key: TenantKey): Buffer {
  return Buffer.from(orderedText(key));
}

/** A string that no other key has, valid or not, so that it can be looked up before the key is checked. */
export function keyId(key: TenantKey): string {
  return `${key.dialect.length}:${key.dialect}${key.tenant}`;
}
