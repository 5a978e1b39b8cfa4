import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCS_FOLDER, generatePages, stalePages } from './docs/pages.ts';

/**
 * Writes the pages of docs/ that follow from the code. With `--check` nothing is written: a page that is not what would
 * be written is named, and the exit code is 1.
 */
const stale = await stalePages(await generatePages(), DOCS_FOLDER);
if (process.argv.includes('--check')) {
  for (const { name } of stale) console.error(`docs/${name} is not what the code says: run "npm run docs"`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { name, text } of stale) {
    await writeFile(join(DOCS_FOLDER, name), text);
    console.log(`docs/${name} written`);
  }
}
