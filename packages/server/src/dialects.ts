import { cosDialect, type Dialect } from '@crossgate/dialects';

/** The services that are served, in the order of their ports. */
export const DIALECTS: readonly Dialect[] = [cosDialect];

export function dialectById(id: string): Dialect | undefined {
  return DIALECTS.find(dialect => dialect.id === id);
}
