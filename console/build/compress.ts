import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { DIST } from './sources.ts';

const COMPRESSIBLE = /\.(js|css|svg)$/;

/** Beside each file of the console, the same one compressed: once, instead of for each browser that asks. */
export async function compressAssets(): Promise<void> {
  const folder = join(DIST, 'assets');
  const names = (await readdir(folder)).filter((name) => COMPRESSIBLE.test(name));
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const content = await readFile(path);
      await writeFile(`${path}.gz`, await promisify(gzip)(content));
      await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
    }),
  );
}
