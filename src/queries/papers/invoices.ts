import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { InvoiceSnapshot } from '../../domain/papers/invoice.ts';

export interface InvoiceView {
  readonly id: number;
  readonly orderId: number;
  readonly number: string;
  readonly snapshot: InvoiceSnapshot;
  readonly issuedAt: Date;
  readonly renderedAt: Date | null;
  readonly emailedAt: Date | null;
}

const COLUMNS = `id, order_id AS "orderId", number, snapshot, issued_at AS "issuedAt", rendered_at AS "renderedAt",
                 emailed_at AS "emailedAt"`;

export async function readInvoice(reads: Reads, invoiceId: number): Promise<InvoiceView | undefined> {
  const { rows } = await reads.query<InvoiceView>({
    name: 'read-invoice',
    text: `SELECT ${COLUMNS} FROM invoices WHERE id = $1`,
    values: [invoiceId],
  });
  return rows[0];
}

export async function readInvoiceOfOrder(reads: Reads, orderId: number): Promise<InvoiceView | undefined> {
  const { rows } = await reads.query<InvoiceView>({
    name: 'read-invoice-of-order',
    text: `SELECT ${COLUMNS} FROM invoices WHERE order_id = $1`,
    values: [orderId],
  });
  return rows[0];
}
