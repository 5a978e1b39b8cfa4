import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';

export interface CreditNoteView {
  readonly id: number;
  readonly orderId: number;
  /** Exactly one of the two is there: what it was issued for. */
  readonly returnId: number | null;
  readonly refundId: number | null;
  readonly number: string;
  readonly snapshot: CreditNoteSnapshot;
  readonly issuedAt: Date;
  readonly renderedAt: Date | null;
  readonly emailedAt: Date | null;
}

const COLUMNS = `id, order_id AS "orderId", return_id AS "returnId", refund_id AS "refundId", number, snapshot,
                 issued_at AS "issuedAt", rendered_at AS "renderedAt", emailed_at AS "emailedAt"`;

export async function readCreditNote(reads: Reads, creditNoteId: number): Promise<CreditNoteView | undefined> {
  const { rows } = await reads.query<CreditNoteView>({
    name: 'read-credit-note',
    text: `SELECT ${COLUMNS} FROM credit_notes WHERE id = $1`,
    values: [creditNoteId],
  });
  return rows[0];
}

/**
 * The credit note that tells of a refund: of one that a person asked for, its own; of one that a return led to, the
 * return's, which other refunds of the same return share where the money goes back to several payments.
 */
export async function readCreditNoteOfRefund(reads: Reads, refundId: number): Promise<CreditNoteView | undefined> {
  const { rows } = await reads.query<CreditNoteView>({
    name: 'read-credit-note-of-refund',
    text: `SELECT ${COLUMNS} FROM credit_notes
           WHERE refund_id = $1 OR return_id = (SELECT return_id FROM refunds WHERE id = $1)`,
    values: [refundId],
  });
  return rows[0];
}
