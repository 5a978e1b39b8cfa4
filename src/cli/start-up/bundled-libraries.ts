import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/* docs/decisions/0039-one-file-of-many.md */

const MODULES = new URL('../../../node_modules/', import.meta.url);

/** What a module of ours may import of the bundled library, and the name of the file that has it. */
export const BUNDLED: ReadonlyMap<string, string> = new Map([
  ['typebox', 'typebox'],
  ['typebox/compile', 'compile'],
  ['typebox/schema', 'schema'],
  ['typebox/value', 'value'],
]);

/** The folder of what was bundled of the version that is installed. */
export function bundleFolder(): URL {
  const manifest = readFileSync(new URL('typebox/package.json', MODULES), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return new URL(`.cache/bundled/typebox-${version}/`, MODULES);
}

/** Whether all of it is there: an installation of before may have bundled less. */
export function isBundled(folder: URL): boolean {
  return [...BUNDLED.values()].every((name) => existsSync(fileIn(folder, name)));
}

function fileIn(folder: URL, name: string): URL {
  return new URL(`${name}.js`, folder);
}

/** From now on, what is imported of the library comes out of its bundle, where the installation has made one. */
export function useBundledLibraries(): void {
  const folder = bundleFolder();
  if (!isBundled(folder)) return;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const name = BUNDLED.get(specifier);
      if (name === undefined) return nextResolve(specifier, context);
      return { url: fileIn(folder, name).href, format: 'module', shortCircuit: true };
    },
  });
}
