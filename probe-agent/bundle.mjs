import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Makes the program that volunteers start: the compiled modules and what they use of their libraries, in one file. A
 * probe idles for years, so it carries nothing that it does not use. Names stay as they are: traces are to be read.
 */
const bundle = fileURLToPath(new URL('dist/bundle/', import.meta.url));
const cli = fileURLToPath(new URL('dist/cli.js', import.meta.url));

/** Of undici only the client of one connection is used: fetch, WebSocket, caches and their like stay away. */
const UNDICI = `
  export { default as Client } from 'undici/lib/dispatcher/client.js';
  export { default as errors } from 'undici/lib/core/errors.js';
`;
/** Of zod's fifty languages the one that it speaks unasked. */
const LOCALES = "export { default as en } from './en.js';";

const light = {
  name: 'light',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: 'undici',
      namespace: 'light',
      pluginData: resolveDir,
    }));
    onLoad({ filter: /^undici$/, namespace: 'light' }, ({ pluginData }) => ({
      contents: UNDICI,
      resolveDir: pluginData,
    }));
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: LOCALES }));
  },
};

await rm(bundle, { recursive: true, force: true });
await build({
  entryPoints: { 'brakelight-probe': cli },
  outdir: bundle,
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Libraries that are CommonJS ask for Node's own modules in their way.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  legalComments: 'inline',
  plugins: [light],
  logLevel: 'warning',
});
await chmod(`${bundle}brakelight-probe.js`, 0o755);
