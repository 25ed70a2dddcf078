// Writes the documents that are made from code. With --check it only tells whether they are what is in the repository.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configTable } from './config-table.mjs';
import { root } from './setup.mjs';

const { DIAGNOSTICS } = await import('../packages/core/dist/index.js');
const { adminApiDocument, configJsonSchema } = await import('../packages/server/dist/index.js');

const INTRODUCTION = `Everything that Crossgate can find in a policy. An *error* keeps a policy from being stored; a *warning* is most likely a
mistake; an *info* is worth knowing. Made from the table \`DIAGNOSTICS\` in \`packages/core\`; what stands in braces is filled
in. Examples are a document, a policy in the neutral form, or a part of a rule; of limits, they are those of a service that takes
few.`;

const documents = {
  'docs/diagnostics.md': diagnosticsPage(),
  'docs/openapi.json': `${JSON.stringify(adminApiDocument(), undefined, 2)}\n`,
  'docs/crossgate.schema.json': `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
  'docs/configuration.md': withTable('docs/configuration.md', configTable(configJsonSchema())),
};
const stale = Object.entries(documents).filter(([file, text]) => current(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.log(`${file} is not up to date: run node scripts/generate-docs.mjs`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const [file, text] of stale) writeFileSync(join(root, file), text);

function current(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

/** A page that people write, with a table between two comments that is made. */
function withTable(file, table) {
  const [before, rest = ''] = current(file).split('<!-- keys -->\n');
  const [, after] = rest.split('<!-- end of keys -->\n');
  if (after === undefined) throw new Error(`${file} has no place for the table of keys`);
  return `${before}<!-- keys -->\n${table}\n<!-- end of keys -->\n${after}`;
}

function diagnosticsPage() {
  const entries = Object.entries(DIAGNOSTICS).map(
    ([code, { severity, example, message, help }]) =>
      `## ${code}\n\n*${severity}*\n\n${sentence(message)}\n\nExample: \`${example}\`\n\nWhat to do: ${sentence(help)}\n`,
  );
  return `# Diagnostics\n\n${INTRODUCTION}\n\n${entries.join('\n')}`;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
