import type { ChangedParts } from '../changes.ts';
import type { Write } from './write.ts';

/** Invoices and credit notes, after their series. */
export function savePapers(write: Write, parts: ChangedParts): void {
  write(
    'insert-invoices',
    parts.newInvoices,
    `INSERT INTO invoices (id, order_id, number, financial_year, sequence_number, snapshot, issued_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::jsonb[],
                          $7::timestamptz[])`,
    ({ orderId, part }) => [
      part.id,
      orderId,
      part.number,
      part.financialYear,
      part.sequenceNumber,
      JSON.stringify(part.snapshot),
      part.issuedAt,
    ],
  );
  write(
    'update-invoices',
    parts.changedInvoices,
    `UPDATE invoices SET rendered_at = changed.rendered_at, emailed_at = changed.emailed_at
     FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS changed (id, rendered_at, emailed_at)
     WHERE invoices.id = changed.id`,
    ({ after }) => [after.id, after.renderedAt, after.emailedAt],
  );
  write(
    'insert-credit-notes',
    parts.newCreditNotes,
    `INSERT INTO credit_notes (id, order_id, return_id, refund_id, number, financial_year, sequence_number, snapshot,
                               issued_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                          $7::integer[], $8::jsonb[], $9::timestamptz[])`,
    ({ orderId, part }) => [
      part.id,
      orderId,
      part.returnId,
      part.refundId,
      part.number,
      part.financialYear,
      part.sequenceNumber,
      JSON.stringify(part.snapshot),
      part.issuedAt,
    ],
  );
  write(
    'update-credit-notes',
    parts.changedCreditNotes,
    `UPDATE credit_notes SET rendered_at = changed.rendered_at, emailed_at = changed.emailed_at
     FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS changed (id, rendered_at, emailed_at)
     WHERE credit_notes.id = changed.id`,
    ({ after }) => [after.id, after.renderedAt, after.emailedAt],
  );
}
