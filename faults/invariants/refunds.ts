import type { Acknowledged } from '../load/acknowledged.ts';
import type { World } from '../world/world.ts';

interface OurRefund {
  readonly id: number;
  /** Our name for it at the gateway. */
  readonly reference: string;
  readonly order_id: number;
  readonly return_id: number | null;
  readonly amount_minor: number;
  readonly state: string;
}

interface BookedRefund {
  readonly reference: string;
  readonly amount_minor: number;
}

/**
 * Every completed return and every cancelled order that was paid has one refund, of the amount that the customer can
 * work out; the gateway carried it out once, by its own books; and it carried out nothing else.
 */
export async function checkRefunds({ books, gatewayBooks }: World, { orders }: Acknowledged): Promise<string[]> {
  const ours = await books.query<OurRefund>(
    `SELECT id, gateway_reference('refund', id) AS reference, order_id, return_id, amount_minor, state FROM refunds`,
  );
  const theirs = await gatewayBooks.query<BookedRefund>(
    `SELECT reference, amount_minor FROM gateway.refunds WHERE status = 'succeeded'`,
  );
  const paid = Map.groupBy(theirs, ({ reference }) => reference);
  const cause = (orderId: number, returnId: number | null | undefined) =>
    returnId === null || returnId === undefined ? `the cancelling of order ${orderId}` : `return ${returnId}`;
  const byCause = Map.groupBy(ours, ({ order_id: orderId, return_id: returnId }) => cause(orderId, returnId));
  const problems: string[] = [];

  let expected = 0;
  for (const { id, refunds } of orders) {
    for (const { returnId, amountMinor } of refunds) {
      expected += 1;
      const found = byCause.get(cause(id, returnId)) ?? [];
      const [refund] = found;
      if (found.length !== 1 || !refund) problems.push(`${cause(id, returnId)} has ${found.length} refunds`);
      else if (refund.state !== 'SUCCEEDED') problems.push(`refund ${refund.id} is ${refund.state}`);
      else if (refund.amount_minor !== amountMinor) {
        problems.push(`refund ${refund.id} is of ${refund.amount_minor}, where ${amountMinor} was due`);
      }
    }
  }
  if (ours.length !== expected) problems.push(`there are ${ours.length} refunds, where ${expected} were due`);
  for (const { id, reference, amount_minor: amountMinor } of ours) {
    const payments = paid.get(reference) ?? [];
    const amounts = payments.map(({ amount_minor: each }) => each).join(' + ');
    if (amounts !== String(amountMinor)) problems.push(`refund ${id} of ${amountMinor} was paid ${amounts || 'never'}`);
  }
  if (theirs.length !== ours.length) problems.push(`the gateway paid ${theirs.length} refunds of our ${ours.length}`);
  return problems;
}
