import type { MigrationOutcome } from '@crossgate/server';

export type MigrationReport = Extract<MigrationOutcome, { readonly kind: 'migrated' }>['report'];

const DIFFERENT_SHOWN = 10;

/** What was copied into a store, and who has something else there. `both` names what was compared. */
export function formatMigration(
  { tenants, copied, alreadyThere, different }: MigrationReport,
  both: string,
): string {
  const lines = [
    `Tenants: ${tenants}. Revisions: ${copied} copied, ${alreadyThere} there before.`,
    different.length === 0
      ? `All histories are the same in ${both}.`
      : `${different.length} have another history in the target:`,
  ];
  for (const { dialect, tenant } of different.slice(0, DIFFERENT_SHOWN)) lines.push(`  ${dialect}/${tenant}`);
  const more = different.length - DIFFERENT_SHOWN;
  if (more > 0) lines.push(`  and ${more} more`);
  return lines.join('\n');
}
