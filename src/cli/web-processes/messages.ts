import type { ProcessReport } from '../../api/metrics/process-report.ts';

/** Both ways: `number` is the asker's own, and comes back with the answer. */
export type MetricsMessage =
  | { readonly kind: 'metrics_wanted'; readonly number: number }
  | { readonly kind: 'metrics'; readonly number: number; readonly report: ProcessReport };

/** What a process that serves tells the one that started it. */
export type FromServing =
  | { readonly kind: 'up'; readonly url: string }
  | { readonly kind: 'cannot_start'; readonly because: string }
  | MetricsMessage;

const KINDS: ReadonlySet<unknown> = new Set(['up', 'cannot_start', 'metrics_wanted', 'metrics']);

/** Ours, of this version: Node sends messages of its own on the same channel. */
export function isMessage(message: unknown): message is FromServing {
  return typeof message === 'object' && message !== null && 'kind' in message && KINDS.has(message.kind);
}
