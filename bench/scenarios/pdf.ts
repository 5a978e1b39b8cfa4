import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../../src/cli/start-up/node-flags.ts';
import type { PdfResult } from '../pdf/main.ts';

const PROGRAM = fileURLToPath(new URL('../pdf/main.ts', import.meta.url));

/** Draws invoices in a process of its own, started as a worker is, whose memory is then that of nothing else. */
export async function runPdf(invoices: number): Promise<PdfResult> {
  const child = fork(PROGRAM, [String(invoices)], {
    execArgv: [...NODE_FLAGS],
    env: { ...process.env, ...NODE_ENVIRONMENT },
  });
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the drawing process died'))),
  ])) as [PdfResult];
  return result;
}
