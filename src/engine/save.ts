import type { ClientBase } from 'pg';
import { changedParts, type Changes, type SeriesChange } from './changes.ts';
import { saveOrders } from './save/orders.ts';
import { saveLedger } from './save/ledger.ts';
import { savePapers } from './save/papers.ts';
import { savePayments } from './save/payments.ts';
import { saveRecord } from './save/record.ts';
import { saveReturns } from './save/returns.ts';
import { writeTo } from './save/write.ts';

/**
 * Sends one multi-row statement a table, without waiting for their answers; the caller sends COMMIT behind them. A part
 * of an order is written when it is not the same object as before the batch. Rows that a UNIQUE constraint may refuse
 * are written in the order of their keys, so that two batches never wait for each other in a circle.
 */
export function saveChanges(client: ClientBase, changes: Changes): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [];
  const write = writeTo(client, sent);
  const parts = changedParts(changes.orders);
  saveOrders(write, changes.orders);
  saveReturns(write, parts);
  savePayments(write, parts);
  updateSeries('update-invoice-series', 'invoice_series', changes.invoiceSeries);
  updateSeries('update-credit-note-series', 'credit_note_series', changes.creditNoteSeries);
  savePapers(write, parts);
  saveLedger(write, changes.ledger);
  saveRecord(write, changes);
  return sent;

  function updateSeries(name: string, table: string, change: SeriesChange | undefined): void {
    if (!change) return;
    const text = `UPDATE ${table} SET last_number = $2 WHERE financial_year = $1`;
    sent.push(client.query({ name, text, values: [change.financialYear, change.lastNumber] }));
  }
}
