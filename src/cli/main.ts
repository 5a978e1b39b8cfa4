import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Stripping the types and compiling is more than half of what a start costs, and its tools stay in memory: what comes of
// it is kept for the next start. Where the folder cannot be written, every start does it again.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url)));
const { loadProgram, runProgram } = await import('./program.ts');
const program = await loadProgram(process.argv);
flushCompileCache();
await runProgram(program, process.argv);
