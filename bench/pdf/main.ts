import { DEFAULT_MONEY_POLICY } from '../../src/domain/money/money-policy.ts';
import type { InvoiceSnapshot } from '../../src/domain/papers/invoice.ts';
import { invoicePolicyOf } from '../../src/cli/invoice-policy.ts';
import { renderPdf } from '../../src/invoices/pdf/render.ts';
import { liveThrough } from '../shop/histories.ts';
import { readConfig } from '../../src/platform/config.ts';

/** What drawing invoices costs, in one thread. */
export interface PdfResult {
  readonly onePage: { readonly invoices: number; readonly perSecond: number };
  readonly manyLines: { readonly lines: number; readonly medianMs: number; readonly worstMs: number };
  /** Resident, after each tenth of the one-page invoices. */
  readonly mebibytes: readonly number[];
}

const LINES = 675;
const TIMES = 5;
const invoices = Number(process.argv[2]);

const onePage = snapshotOf(3);
const manyLines = snapshotOf(LINES);
for (let warmUp = 0; warmUp < 50; warmUp += 1) await renderPdf(onePage);

const mebibytes: number[] = [];
const startedAt = performance.now();
for (let count = 1; count <= invoices; count += 1) {
  await renderPdf(onePage);
  if (count % Math.ceil(invoices / 10) === 0) mebibytes.push(process.memoryUsage.rss() / 1_048_576);
}
const seconds = (performance.now() - startedAt) / 1_000;

const times: number[] = [];
for (let time = 0; time < TIMES; time += 1) {
  const from = performance.now();
  await renderPdf(manyLines);
  times.push(performance.now() - from);
}
times.sort((a, b) => a - b);

const result: PdfResult = {
  onePage: { invoices, perSecond: invoices / seconds },
  manyLines: { lines: LINES, medianMs: times[Math.floor(TIMES / 2)] ?? NaN, worstMs: times.at(-1) ?? NaN },
  mebibytes,
};
process.send?.(result);

/** The invoice of an order that went through the core, as every other invoice does. */
function snapshotOf(lines: number): InvoiceSnapshot {
  let id = 0;
  const { orders } = liveThrough({
    from: 0,
    to: 1,
    lines,
    prefix: 'PDF-',
    customers: 1,
    placedAt: () => new Date('2026-11-20T08:00:00Z'),
    lifeMs: 86_400_000,
    circumstances: {
      nextId: () => (id += 1),
      nextOrderNumber: () => 'PDF',
      nextInvoiceSequence: () => 1,
      nextCreditNoteSequence: () => 1,
      moneyPolicy: DEFAULT_MONEY_POLICY,
      invoicePolicy: invoicePolicyOf(readConfig({})),
    },
  });
  const snapshot = orders[0]?.after.invoice?.snapshot;
  if (!snapshot) throw new Error('the first of a hundred orders is shipped');
  return snapshot;
}
