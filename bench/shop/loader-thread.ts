import { workerData } from 'node:worker_threads';
import pg from 'pg';
import { DEFAULT_MONEY_POLICY } from '../../src/domain/money/money-policy.ts';
import type { InvoicePolicy } from '../../src/domain/papers/invoice.ts';
import { readColumnTypes } from './binary-copy.ts';
import { ChangesLoader } from './copy.ts';
import { liveThrough, papersBefore } from './histories.ts';

/** One thread's part of a load. */
export interface Slice {
  readonly databaseUrl: string;
  readonly from: number;
  readonly to: number;
  /** Of the whole load. */
  readonly orders: number;
  readonly prefix: string;
  readonly customers: number;
  readonly firstId: number;
  /** The last numbers before the load. */
  readonly invoicesIssued: number;
  readonly creditNotesIssued: number;
  readonly invoicePolicy: InvoicePolicy;
  readonly startMs: number;
  readonly endMs: number;
  readonly lifeMs: number;
}

const ORDERS_AT_ONCE = 1_000;
const LINES = 3;

const slice = workerData as Slice;
const client = new pg.Client({ connectionString: slice.databaseUrl });
await client.connect();
await client.query('SET synchronous_commit = off');
// By the statistics the tables are still empty, and triggers would read them whole to find a few rows.
await client.query('SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off');
const loader = new ChangesLoader(client, await readColumnTypes(client));
let nextId = slice.firstId;
const before = papersBefore(slice.from);
const after = papersBefore(slice.to);
let invoices = slice.invoicesIssued + before.invoices;
let creditNotes = slice.creditNotesIssued + before.creditNotes;
for (let from = slice.from; from < slice.to; from += ORDERS_AT_ONCE) {
  const changes = liveThrough({
    ...slice,
    lines: LINES,
    from,
    to: Math.min(from + ORDERS_AT_ONCE, slice.to),
    placedAt: (index) => new Date(slice.startMs + Math.floor(((slice.endMs - slice.startMs) * index) / slice.orders)),
    circumstances: {
      nextId: () => nextId++,
      nextOrderNumber: () => {
        throw new Error('every order of the load has its number');
      },
      nextInvoiceSequence: () => (invoices += 1),
      nextCreditNoteSequence: () => (creditNotes += 1),
      moneyPolicy: DEFAULT_MONEY_POLICY,
      invoicePolicy: slice.invoicePolicy,
    },
  });
  await client.query('BEGIN');
  await loader.load(changes);
  await client.query('COMMIT');
}
await client.end();
// The next slice counts on it: its numbers follow on these.
if (invoices !== slice.invoicesIssued + after.invoices || creditNotes !== slice.creditNotesIssued + after.creditNotes) {
  throw new Error('the load issued other papers than it was planned to');
}
