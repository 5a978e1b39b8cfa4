// Plain JavaScript: what strips the types of TypeScript stays in memory, 20 MiB of it, and is not even loaded where all
// that a start needs was stripped before.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath, URL } from 'node:url';

// Stripping the types and compiling is more than half of what a start costs: what comes of it is kept for the next start.
// Where the folder cannot be written, every start does it again.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url)));
const { useBundledLibraries } = await import('./start-up/bundled-libraries.ts');
useBundledLibraries();
const { loadProgram, runProgram } = await import('./program.ts');
const program = await loadProgram(process.argv);
flushCompileCache();
await runProgram(program, process.argv);
