import { azureTablesDialect } from './azure-tables/dialect.ts';
import { boomiDialect } from './boomi/dialect.ts';
import { cosDialect } from './cos/dialect.ts';
import type { Dialect } from './dialect.ts';
import { qingstorDialect } from './qingstor/dialect.ts';

/** The services that can be served, in the order of their ports. */
export const DIALECTS: readonly Dialect[] = [cosDialect, qingstorDialect, azureTablesDialect, boomiDialect];

export function dialectById(id: string): Dialect | undefined {
  return DIALECTS.find(dialect => dialect.id === id);
}
