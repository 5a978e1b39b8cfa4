import { readFile, stat } from 'node:fs/promises';
import { ImportError, messageOf } from '../import-error.ts';
import type { ImportPlan } from '../import-plan.ts';
import { planImport } from './plan.ts';
import { parseRows } from './rows.ts';

/** The whole year of the set is 48 MB. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;

/**
 * Reads an Online Retail file (UTF-8 CSV) into what it comes to.
 *
 * @throws ImportError when the file cannot be read, or naming the line that cannot
 */
export async function readOnlineRetail(file: string): Promise<ImportPlan> {
  return planImport(parseRows(decodeUtf8(await readBytes(file), file)));
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, and at most ${MAX_FILE_BYTES} are read`);
    return await readFile(file);
  } catch (error) {
    throw new ImportError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ImportError(`cannot read ${file}: it is not UTF-8 text`);
  }
}
