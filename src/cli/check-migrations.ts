import { hash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { faultOf } from '../platform/database/migration-files.ts';

/**
 * Migrations are append-only: one that has run somewhere must never say anything else. Compares every file with the
 * hash kept beside it; `--add` writes down the hashes of new files, and only of those. Also refuses what could not be
 * run, or not be begun anew.
 */
const folder = new URL('../../migrations/', import.meta.url);
const hashesFile = new URL('hashes.json', folder);

const adds = process.argv.includes('--add');
const known: Record<string, string> = JSON.parse(await readFile(hashesFile, 'utf8').catch(() => '{}')) as Record<
  string,
  string
>;
const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
const faults: string[] = [];

for (const [index, file] of files.entries()) {
  if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(file)) faults.push(`${file}: a name is NNNN-what.sql`);
  if (file.slice(0, 4) === files[index - 1]?.slice(0, 4)) faults.push(`${file}: its number is taken`);
  const text = await readFile(new URL(file, folder), 'utf8');
  const fault = faultOf(text);
  if (fault !== undefined) faults.push(`${file}: ${fault}`);
  const digest = hash('sha256', text);
  if (known[file] === undefined && adds) known[file] = digest;
  if (known[file] === undefined) faults.push(`${file} is new: run "npm run migrations:check -- --add"`);
  else if (known[file] !== digest) faults.push(`${file} was changed after it was written: add a new file instead`);
}
for (const file of Object.keys(known)) if (!files.includes(file)) faults.push(`${file} was removed`);

if (adds) await writeFile(hashesFile, `${JSON.stringify(known, null, 2)}\n`);
for (const fault of faults) console.error(fault);
console.log(`${files.length} migrations, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
