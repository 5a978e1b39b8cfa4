import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';
import type { InvoiceSnapshot, InvoiceSnapshotV2 } from '../../domain/papers/invoice.ts';
import type { Paper } from '../pages/paper.ts';
import type { Typeface } from '../wording/text-layout.ts';
import { wordingOf } from '../wording/wording.ts';
import { creditNote } from './credit-note.ts';
import { plainInvoice } from './plain-invoice.ts';
import { pricedInvoice } from './priced-invoice.ts';

export type DocumentSnapshot = InvoiceSnapshot | CreditNoteSnapshot;

/** What a document says, put into the words and figures of its paper. */
export function paperOf(snapshot: DocumentSnapshot, typeface: Typeface): Paper {
  const wording = wordingOf(snapshot, typeface);
  if ('invoice' in snapshot) return creditNote(snapshot, wording);
  return snapshot.version === 1 || isPlain(snapshot)
    ? plainInvoice(snapshot, wording)
    : pricedInvoice(snapshot, wording);
}

/** Whether an invoice has nothing that those of version 1 could not say: then it looks like them. */
function isPlain({ lines, shipping, roundingMinor, billTo, shipTo, placeOfSupply }: InvoiceSnapshotV2): boolean {
  return (
    [shipping, billTo, shipTo, placeOfSupply].every((part) => part === null) &&
    roundingMinor === 0 &&
    lines.every(
      (line) =>
        line.taxes.length === 0 &&
        line.discountMinor === 0 &&
        line.orderDiscountMinor === 0 &&
        line.commodityCode === null,
    )
  );
}
