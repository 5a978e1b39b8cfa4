import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { configurationPage } from './configuration-page.ts';
import { eventsPage } from './events-page.ts';
import { openapiDocument } from './openapi-document.ts';
import { refusalsPage } from './refusals-page.ts';
import { rolesPage } from './roles-page.ts';
import { statesPage } from './states-page.ts';

export const DOCS_FOLDER = fileURLToPath(new URL('../../../docs/', import.meta.url));

/** A generated page as it should be: its name in docs/, and its text. */
export interface Page {
  readonly name: string;
  readonly text: string;
}

/** The pages that follow from the code. */
export async function generatePages(): Promise<readonly Page[]> {
  return Promise.all([
    formatted('states.md', statesPage()),
    formatted('refusals.md', refusalsPage()),
    formatted('roles.md', rolesPage()),
    formatted('events.md', eventsPage()),
    formatted('configuration.md', configurationPage()),
    formatted('openapi.json', await openapiDocument()),
  ]);
}

/** Those of the pages that `folder` does not hold as they should be. */
export async function stalePages(pages: readonly Page[], folder: string): Promise<readonly Page[]> {
  const written = await Promise.all(
    pages.map(({ name }) => readFile(join(folder, name), 'utf8').catch(() => undefined)),
  );
  return pages.filter(({ text }, index) => written[index] !== text);
}

async function formatted(name: string, text: string): Promise<Page> {
  const filepath = join(DOCS_FOLDER, name);
  return { name, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) };
}
