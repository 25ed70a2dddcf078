// Writes the documents that are made from code. With --check it only tells whether they are what is in the repository.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const { DIAGNOSTICS } = await import('../packages/core/dist/index.js');

const documents = { 'docs/diagnostics.md': diagnosticsPage() };
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

function diagnosticsPage() {
  const entries = Object.entries(DIAGNOSTICS).map(
    ([code, { severity, message, help }]) =>
      `## ${code}\n\n*${severity}*\n\n${sentence(message)}\n\nWhat to do: ${sentence(help)}\n`,
  );
  return `# Diagnostics\n\nEverything that Crossgate can find in a policy. Made from the table in \`packages/core/src/diagnostic.ts\`; what stands in braces is filled in.\n\n${entries.join('\n')}`;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
