import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { invoicePolicyOf } from '../../src/cli/invoice-policy.ts';
import { financialYearOf } from '../../src/domain/papers/invoice-issue.ts';
import type { InvoicePolicy } from '../../src/domain/papers/invoice.ts';
import { readConfig } from '../../src/platform/config.ts';
import type { BenchDatabase } from '../server/database.ts';
import { loadInBulk } from './bulk.ts';
import { papersBefore } from './histories.ts';
import type { Slice } from './loader-thread.ts';

const DAY_MS = 86_400_000;
const LONGEST_LIFE_MS = 10 * DAY_MS;
const WINDOW_MS = 180 * DAY_MS;
/** More than any history makes. */
const IDS_PER_ORDER = 40;
const ORDERS_PER_CUSTOMER = 10;
/** A thousand histories are let go of together: where the new has room for them, they are not carried about before. */
const MEMORY = { maxYoungGenerationSizeMb: 128 };
/** Below this, building the indexes anew would take longer than keeping them. */
const FEW_ORDERS = 50_000;

/** Makes the shop grow to `target` orders. Answers with how many were added and how long that took. */
export async function growShop(database: BenchDatabase, target: number): Promise<{ orders: number; seconds: number }> {
  const [existing] = await database.query<{ orders: string }>('SELECT count(*) AS orders FROM orders');
  const orders = target - Number(existing?.orders ?? 0);
  if (orders <= 0) return { orders: 0, seconds: 0 };
  const startedAt = performance.now();
  const { slices, countPapers } = await planSlices(database, orders, target);
  const load = async (): Promise<void> => {
    await database.query(countPapers);
    await Promise.all(slices.map(runThread));
  };
  if (orders < FEW_ORDERS) {
    await load();
    await database.query(PLACE_EVENTS);
    await database.query('VACUUM ANALYZE');
  } else {
    await loadInBulk(database, { load, following: { table: 'event_feed', insert: PLACE_EVENTS } });
  }
  await database.query('CHECKPOINT').catch(() => undefined);
  return { orders, seconds: (performance.now() - startedAt) / 1_000 };
}

async function planSlices(database: BenchDatabase, orders: number, target: number) {
  const invoicePolicy = invoicePolicyOf(readConfig({}));
  const now = Date.now();
  const year = financialYearOf(new Date(now), invoicePolicy);
  const yearStart = startOf(year, now, invoicePolicy);
  const lifeMs = Math.min(LONGEST_LIFE_MS, (now - yearStart) / 4);
  const invoicesIssued = await lastNumber(database, 'invoice_series', year);
  const creditNotesIssued = await lastNumber(database, 'credit_note_series', year);
  const [first] = await database.query<{ id: string }>(
    `SELECT setval('entity_ids', nextval('entity_ids') + $1::bigint) - $1::bigint AS id`,
    [Math.ceil((orders * IDS_PER_ORDER) / 1_000) * 1_000],
  );
  const firstId = Number(first?.id);
  const threads = orders < FEW_ORDERS ? 1 : availableParallelism();
  const slices = Array.from({ length: threads }, (_, thread): Slice => {
    const from = Math.floor((orders * thread) / threads);
    return {
      databaseUrl: database.databaseUrl,
      from,
      to: Math.floor((orders * (thread + 1)) / threads),
      orders,
      prefix: `L${target}-`,
      customers: Math.ceil(target / ORDERS_PER_CUSTOMER),
      firstId: firstId + from * IDS_PER_ORDER,
      invoicesIssued,
      creditNotesIssued,
      invoicePolicy,
      startMs: Math.max(yearStart, now - WINDOW_MS),
      endMs: now - lifeMs,
      lifeMs,
    };
  });
  const { invoices, creditNotes } = papersBefore(orders);
  const countPapers = [
    countTo('invoice_series', year, invoicesIssued + invoices),
    countTo('credit_note_series', year, creditNotesIssued + creditNotes),
  ].join(';');
  return { slices, countPapers };
}

type Series = 'invoice_series' | 'credit_note_series';

async function lastNumber(database: BenchDatabase, series: Series, year: string): Promise<number> {
  const [row] = await database.query<{ last_number: number }>(
    `SELECT last_number FROM ${series} WHERE financial_year = $1`,
    [year],
  );
  return row?.last_number ?? 0;
}

function countTo(series: Series, year: string, last: number): string {
  return `INSERT INTO ${series} (financial_year, last_number) VALUES ('${year}', ${last})
          ON CONFLICT (financial_year) DO UPDATE SET last_number = excluded.last_number`;
}

/** The first instant of a financial year, to the hour: all invoices of a load are of one series. */
function startOf(year: string, now: number, policy: InvoicePolicy): number {
  let instant = now;
  while (financialYearOf(new Date(instant - DAY_MS), policy) === year) instant -= DAY_MS;
  return instant;
}

async function runThread(slice: Slice): Promise<void> {
  const thread = new Worker(new URL('loader-thread.ts', import.meta.url), {
    workerData: slice,
    resourceLimits: MEMORY,
  });
  await once(thread, 'exit');
}

/** The event feed has come to the end of what was loaded, as if it had been read all along. */
const PLACE_EVENTS = `
  WITH placed AS (
    INSERT INTO event_feed (position, transition_id, order_id)
    SELECT placed_position + row_number() OVER (ORDER BY state_transitions.id), state_transitions.id, order_id
    FROM state_transitions, event_feed_progress
    WHERE (state_transitions.transaction_id, state_transitions.id) >
          (event_feed_progress.transaction_id, event_feed_progress.transition_id)
    RETURNING position
  )
  UPDATE event_feed_progress
  SET placed_position = placed_position + (SELECT count(*) FROM placed),
      published_position = placed_position + (SELECT count(*) FROM placed),
      (transaction_id, transition_id) = (
        SELECT state_transitions.transaction_id, state_transitions.id FROM state_transitions
        ORDER BY state_transitions.transaction_id DESC, state_transitions.id DESC LIMIT 1)`;
