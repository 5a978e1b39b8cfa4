import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from './node-flags.ts';

/** Compiles, at the end of an installation, what would be the first start's to compile. */
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

// What is compiled is good for its flags alone: those of one process for all, and of one for each role.
for (const flags of [[], NODE_FLAGS]) {
  const { status, stderr } = spawnSync(process.execPath, [...flags, MAIN, 'compile-ahead'], { encoding: 'utf8' });
  // Every start can do it itself, so an installation is none the worse.
  if (status !== 0) console.error(`starts: could not be compiled ahead: ${stderr}`);
}
