import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { GENERATED_TYPES, OPENAPI_DOCUMENT } from './sources.ts';

/** Writes the API's types for the console's client, so that a field that is renamed breaks the build of what reads it. */
export async function generateTypes(): Promise<void> {
  const text = astToString(await openapiTypescript(pathToFileURL(OPENAPI_DOCUMENT)));
  const written = await readFile(GENERATED_TYPES, 'utf8').catch(() => undefined);
  // An untouched file keeps its time, and whoever watches it its peace.
  if (text !== written) await writeFile(GENERATED_TYPES, text);
}

if (import.meta.main) await generateTypes();
