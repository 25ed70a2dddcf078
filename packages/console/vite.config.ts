import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@crossgate/source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: '../server/console',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
