import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.js';
import { world } from './build/world.js';

/** Relative base: the page works under any path of any host. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [world(), precompress()],
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // Inlined assets would be data: addresses, which the content security policy has no need to allow.
    assetsInlineLimit: 0,
  },
});
