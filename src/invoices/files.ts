import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing, writeWholeFileIn } from '../platform/files.ts';

/** The file of an invoice: `INV2627-00000042.pdf`. What could lead out of the folder becomes a dash. */
export function paperFileName(number: string): string {
  return `${number.replace(/[^A-Za-z0-9_-]/g, '-')}.pdf`;
}

/** Writes the PDF whole or not at all, making the folder if it is not there. */
export function writePaperFile(folder: string, fileName: string, bytes: Uint8Array): Promise<void> {
  return writeWholeFileIn(folder, fileName, bytes);
}

/** Undefined: there is no such file. */
export function readPaperFile(folder: string, fileName: string): Promise<Buffer | undefined> {
  return unlessMissing(readFile(join(folder, fileName)));
}
