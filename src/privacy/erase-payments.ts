import type { ClientBase } from 'pg';
import { UNNAMED_METHOD } from '../domain/orders/order.ts';
import { ERASED_TEXT } from './erased-text.ts';

/**
 * Takes out of payments and refunds, and what was written of them, by what a customer pays, and what people and gateways
 * word freely. What a payment elsewhere was called may be the customer's address with their bank. The gateways' own names
 * for payments and refunds stay: their books are compared by them, and they tell nobody else who paid.
 */
export async function erasePayments(client: ClientBase, orderIds: readonly number[], pseudonym: string): Promise<void> {
  await client.query(
    `UPDATE payments SET token = NULL, method = $2, failure_message = NULL,
                         reference = CASE WHEN gateway IS NULL AND reference IS NOT NULL THEN $3 ELSE reference END
     WHERE order_id = ANY ($1::bigint[])`,
    [orderIds, UNNAMED_METHOD, pseudonym],
  );
  await client.query(
    `UPDATE refunds SET failure_message = NULL,
                        elsewhere_reference = CASE WHEN elsewhere_reference IS NOT NULL THEN $2 END
     WHERE order_id = ANY ($1::bigint[])`,
    [orderIds, pseudonym],
  );
  await client.query(
    `UPDATE reconciliation_differences SET resolution = $2
     WHERE order_id = ANY ($1::bigint[]) AND resolution IS NOT NULL`,
    [orderIds, ERASED_TEXT],
  );
}
