// npm run test:faults: lets things go wrong for a while and checks what came of it. See docs/reliability.md.
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
// Installed by now. It reads TypeScript, and the packages as they are built.
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(root, 'test/faults/main.ts'), {
  root,
  configFile: false,
  logLevel: 'error',
});
process.exit(await module.main(process.argv.slice(2)));
