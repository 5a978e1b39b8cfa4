import type { Pool } from 'pg';
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

export async function readInvoice(pool: Pool, invoiceId: number): Promise<InvoiceView | undefined> {
  const { rows } = await pool.query<InvoiceView>({
    name: 'read-invoice',
    text: `SELECT ${COLUMNS} FROM invoices WHERE id = $1`,
    values: [invoiceId],
  });
  return rows[0];
}

export async function readInvoiceOfOrder(pool: Pool, orderId: number): Promise<InvoiceView | undefined> {
  const { rows } = await pool.query<InvoiceView>({
    name: 'read-invoice-of-order',
    text: `SELECT ${COLUMNS} FROM invoices WHERE order_id = $1`,
    values: [orderId],
  });
  return rows[0];
}
