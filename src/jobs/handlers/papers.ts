import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { OrderCommand } from '../../domain/commands.ts';
import type { MailedPaper } from '../../invoices/paper-mail.ts';
import type { DocumentSnapshot } from '../../invoices/papers/paper-of.ts';
import { readCreditNote } from '../../queries/papers/credit-notes.ts';
import { readInvoice } from '../../queries/papers/invoices.ts';

/** A paper on record. */
export interface IssuedPaper {
  readonly id: number;
  readonly number: string;
  readonly snapshot: DocumentSnapshot;
  readonly emailedAt: Date | null;
}

/** What differs between the papers for the jobs that draw and send them. */
export interface PaperKind {
  readonly name: string;
  readonly mailedAs: MailedPaper;
  read(reads: Reads, paperId: number): Promise<IssuedPaper | undefined>;
  mark(paperId: number, mark: 'rendered' | 'emailed'): OrderCommand;
}

export const INVOICES: PaperKind = {
  name: 'invoice',
  mailedAs: 'invoice',
  read: readInvoice,
  mark: (invoiceId, mark) => ({ type: 'mark_invoice', invoiceId, mark }),
};

export const CREDIT_NOTES: PaperKind = {
  name: 'credit note',
  mailedAs: 'credit-note',
  read: readCreditNote,
  mark: (creditNoteId, mark) => ({ type: 'mark_credit_note', creditNoteId, mark }),
};
