import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Makes the program that volunteers start out of the compiled modules: one file for what every command needs, and one
 * beside it for each command. A probe idles for years, so it carries nothing that it does not use.
 */
const dist = fileURLToPath(new URL('dist/', import.meta.url));

/** Of undici only the client of one connection is used: fetch, WebSocket, caches and their like stay away. */
const lightUndici = {
  name: 'light-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'light' }));
    onLoad({ filter: /.*/, namespace: 'light' }, () => ({
      contents: [
        "export { default as Client } from 'undici/lib/dispatcher/client.js';",
        "export { default as errors } from 'undici/lib/core/errors.js';",
      ].join('\n'),
      resolveDir: dist,
    }));
  },
};

await rm(`${dist}bundle`, { recursive: true, force: true });
await build({
  entryPoints: { 'brakelight-probe': `${dist}cli.js` },
  outdir: `${dist}bundle`,
  bundle: true,
  splitting: false,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Libraries that are CommonJS ask for Node's own modules in their way.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  plugins: [lightUndici],
  logLevel: 'warning',
});
await chmod(`${dist}bundle/brakelight-probe.js`, 0o755);
