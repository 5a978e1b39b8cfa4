import { ApiClient, type BackOff } from './api-client.ts';
import { ImportError, UsageError } from './import-error.ts';
import { checkPlanFits, type ImportPlan } from './import-plan.ts';
import { readOnlineRetail } from './online-retail/read.ts';
import { startProgress, type Terminal } from './progress.ts';
import { replayPlan, type ReplayedOrder } from './replay.ts';
import { countMatters, settle, type Settlement } from './settlement.ts';
import { formatSummary, summarize } from './summary.ts';

export interface ImportOptions {
  readonly file: string;
  /** One of `IMPORT_FORMATS`. */
  readonly format: string;
  /** Where Roundtrip's web answers, such as http://localhost:8000. */
  readonly url: string;
  /** Undefined: none is sent. */
  readonly apiKey?: string;
  /** One JSON object on `stdout` in place of the table. */
  readonly json: boolean;
  /** Ends only when every invoice is rendered and every refund settled. */
  readonly wait: boolean;
  /** Limit of that wait. */
  readonly waitTimeoutSeconds: number;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Terminal;
  /** Aborted, it stops the import cleanly; the same command goes on later. */
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
}

const READERS: ReadonlyMap<string, (file: string) => Promise<ImportPlan>> = new Map([
  ['online-retail', readOnlineRetail],
]);
export const IMPORT_FORMATS = [...READERS.keys()];

const EXIT = { done: 0, stopped: 1, usage: 2, interrupted: 130 } as const;
const MAX_NAMED_OPEN = 5;

/**
 * `roundtrip import`: replays a file of orders and cancellations through the public API.
 *
 * @returns the exit code: 0 done, 1 stopped by what one line on `stderr` says, 2 called wrongly, 130 interrupted
 */
export async function runImport(options: ImportOptions): Promise<number> {
  const { stderr, signal } = options;
  try {
    return await importFile(options);
  } catch (error) {
    if (signal.aborted) {
      stderr.write('interrupted; the same command goes on from here\n');
      return EXIT.interrupted;
    }
    if (!(error instanceof ImportError || error instanceof UsageError)) throw error;
    stderr.write(`error: ${error.message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.stopped;
  }
}

async function importFile(options: ImportOptions): Promise<number> {
  const startedAt = performance.now();
  const readPlan = readerOf(options.format);
  const api = new ApiClient(baseUrlOf(options.url), options.backOff, options.apiKey);
  checkWaitTimeout(options.waitTimeoutSeconds);

  const plan = await readPlan(options.file);
  checkPlanFits(plan);
  await api.checkReachable(options.signal);
  const orders = await replay(plan, api, options);
  const settlement = await watch(orders, api, options);

  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const summary = summarize(plan, orders, settlement, seconds);
  const currency = plan.orders[0]?.currency ?? 'GBP';
  options.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : formatSummary(summary, currency));
  return report(settlement, options);
}

async function replay(plan: ImportPlan, api: ApiClient, options: ImportOptions): Promise<ReplayedOrder[]> {
  const { format: keyPrefix, signal, stderr } = options;
  const progress = startProgress(stderr, 'orders', plan.orders.length);
  try {
    return await replayPlan(plan, { api, keyPrefix, signal, onOrderDone: progress.advance });
  } finally {
    progress.stop();
  }
}

async function watch(orders: readonly ReplayedOrder[], api: ApiClient, options: ImportOptions): Promise<Settlement> {
  const { wait, waitTimeoutSeconds, signal, stderr } = options;
  const progress = startProgress(stderr, 'settled', countMatters(orders));
  const waitMs = wait ? waitTimeoutSeconds * 1_000 : 0;
  try {
    return await settle(orders, { api, signal, waitMs, onSettled: progress.advance });
  } finally {
    progress.stop();
  }
}

function report({ failed, open }: Settlement, { wait, waitTimeoutSeconds, stderr }: ImportOptions): number {
  if (failed.length > 0) stderr.write(`declined by the payment gateway: ${named(failed)}\n`);
  if (!wait || open.length === 0) return EXIT.done;
  stderr.write(`error: after ${waitTimeoutSeconds} s still open: ${named(open)}\n`);
  return EXIT.stopped;
}

function named(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED_OPEN;
  return [...names.slice(0, MAX_NAMED_OPEN), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function readerOf(format: string): (file: string) => Promise<ImportPlan> {
  const reader = READERS.get(format);
  if (!reader) throw new UsageError(`unknown format "${format}"; known: ${IMPORT_FORMATS.join(', ')}`);
  return reader;
}

function baseUrlOf(text: string): string {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '') {
    throw new UsageError(`--url must be an address such as http://localhost:8000, not "${text}"`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function checkWaitTimeout(seconds: number): void {
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new UsageError('--wait-timeout must be a number of seconds');
  }
}
