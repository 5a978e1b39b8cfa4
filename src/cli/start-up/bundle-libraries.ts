import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BUNDLED, bundleFolder, isBundled } from './bundled-libraries.ts';

/**
 * Makes few files of a library of many, once for each version of it. Where what does it is not installed (the image brings
 * the bundles along), or cannot do it, everything works without them, and takes 20 MiB more.
 */
const folder = bundleFolder();
if (!isBundled(folder)) {
  try {
    await bundleInto(fileURLToPath(folder));
  } catch (error) {
    console.error('libraries: could not be bundled:', error);
  }
}

/** Whole or not at all, for whoever starts meanwhile. */
async function bundleInto(made: string): Promise<void> {
  const making = `${made.replace(/[/\\]$/, '')}.${process.pid}`;
  try {
    const { build } = await import('vite');
    await build({
      configFile: false,
      logLevel: 'warn',
      ssr: { noExternal: true },
      build: {
        ssr: true,
        minify: false,
        outDir: making,
        rollupOptions: {
          input: Object.fromEntries([...BUNDLED].map(([specifier, name]) => [name, specifier])),
          output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    });
    await rm(made, { recursive: true, force: true });
    await rename(making, made);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}
