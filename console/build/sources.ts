import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CONSOLE = join(ROOT, 'console');
export const DIST = join(CONSOLE, 'dist');
export const OPENAPI_DOCUMENT = join(ROOT, 'docs', 'openapi.json');
export const GENERATED_TYPES = join(CONSOLE, 'src', 'api', 'openapi.ts');

/** A digest of everything that the built console follows from. By content: a checkout gives every file a new time. */
export async function digestOfSources(): Promise<string> {
  const entries = await readdir(join(CONSOLE, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const others = [
    join(CONSOLE, 'index.html'),
    join(CONSOLE, 'vite.config.ts'),
    OPENAPI_DOCUMENT,
    join(ROOT, 'package-lock.json'),
  ];
  const paths = [...sources, ...others].filter((path) => path !== GENERATED_TYPES).toSorted();
  const digests = await Promise.all(paths.map(async (path) => `${path} ${hash('sha256', await readFile(path))}`));
  return hash('sha256', digests.join('\n').replaceAll(ROOT, ''));
}
