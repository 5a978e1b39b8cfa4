import type { KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { DocumentSnapshot } from '../papers/paper-of.ts';
import { Overloaded } from '../../platform/sharing/coalesce.ts';

export interface PaperRenderer {
  /**
   * The PDF's bytes. Rejects when it takes too long, and after `close`.
   *
   * @throws Overloaded when too many wait
   */
  render(snapshot: DocumentSnapshot): Promise<Uint8Array>;
  /** Ends the threads; what they have not finished is rejected. */
  close(): Promise<void>;
}

export interface PaperRendererOptions {
  readonly threads: number;
  /** Of the seller, for a signed QR code on each paper. */
  readonly signingKey?: KeyObject;
  /** Invoices that wait for a thread, at most. */
  readonly mostWaiting?: number;
  /** From `render` to the PDF, the wait for a thread included. */
  readonly timeoutMs?: number;
}

/** What a thread is handed: both are copied to it. */
export interface RenderTask {
  readonly snapshot: DocumentSnapshot;
  readonly signingKey: KeyObject | undefined;
}

const THREAD_MEMORY_MB = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64 };
const IDLE_TIMEOUT_MS = 60_000;

/** Renders invoices and credit notes off the event loop, in worker threads that start when the first invoice comes. */
export function createPaperRenderer(options: PaperRendererOptions): PaperRenderer {
  const { threads, signingKey, mostWaiting = 200, timeoutMs = 60_000 } = options;
  let pool: Piscina<RenderTask, Uint8Array> | undefined;
  let closed = false;
  let unfinished = 0;
  return {
    render: async (snapshot) => {
      if (closed) throw new Error('the invoice renderer is closed');
      // Counted here: piscina's maxQueue does not count what it has set aside.
      if (unfinished >= threads + mostWaiting)
        throw new Overloaded(`${unfinished} invoices are being rendered already`);
      pool ??= new Piscina<RenderTask, Uint8Array>({
        filename: fileURLToPath(new URL('render-worker.ts', import.meta.url)),
        minThreads: 0,
        maxThreads: threads,
        idleTimeout: IDLE_TIMEOUT_MS,
        resourceLimits: THREAD_MEMORY_MB,
      });
      unfinished += 1;
      try {
        return await pool.run({ snapshot, signingKey }, { signal: AbortSignal.timeout(timeoutMs) });
      } finally {
        unfinished -= 1;
      }
    },
    close: async () => {
      closed = true;
      await pool?.destroy();
    },
  };
}
