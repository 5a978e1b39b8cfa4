import type { ClientBase } from 'pg';
import { changedParts, type Changes, type SeriesChange } from './changes.ts';
import { saveOrders } from './save/orders.ts';
import { saveLedger } from './save/ledger.ts';
import { savePapers } from './save/papers.ts';
import { savePayments } from './save/payments.ts';
import { saveRecord } from './save/record.ts';
import { saveReturns } from './save/returns.ts';
import { writeTo, type Write } from './save/write.ts';

/** Sends all that the changes write, without waiting for the answers; the caller sends COMMIT behind it. */
export function saveChanges(client: ClientBase, changes: Changes): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [];
  writeChanges(writeTo(client, sent), changes);
  updateSeries('update-invoice-series', 'invoice_series', changes.invoiceSeries);
  updateSeries('update-credit-note-series', 'credit_note_series', changes.creditNoteSeries);
  return sent;

  function updateSeries(name: string, table: string, change: SeriesChange | undefined): void {
    if (!change) return;
    const text = `UPDATE ${table} SET last_number = $2 WHERE financial_year = $1`;
    sent.push(client.query({ name, text, values: [change.financialYear, change.lastNumber] }));
  }
}

/**
 * Writes the rows, by one multi-row statement a table. A part of an order is written when it is not the same object as
 * before the batch. Rows that a UNIQUE constraint may refuse are written in the order of their keys, so that two batches
 * never wait for each other in a circle.
 */
export function writeChanges(write: Write, changes: Changes): void {
  const parts = changedParts(changes.orders);
  saveOrders(write, changes.orders);
  saveReturns(write, parts);
  savePayments(write, parts);
  savePapers(write, parts);
  saveLedger(write, changes.ledger);
  saveRecord(write, changes);
}
