import type { DocumentSnapshot } from '../papers/paper-of.ts';
import { tradeCreditNote } from './trade-credit-note.ts';
import { tradeInvoice } from './trade-invoice.ts';
import { ublOf } from './ubl.ts';

/** The machine-readable form of an invoice or credit note. The same snapshot gives the same bytes. */
export function eInvoiceXml(snapshot: DocumentSnapshot): string {
  return ublOf('invoice' in snapshot ? tradeCreditNote(snapshot) : tradeInvoice(snapshot));
}
