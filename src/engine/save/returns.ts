import type { ReturnItem } from '../../domain/orders/order.ts';
import type { ChangedParts } from '../changes.ts';
import { unlessStale, type Write } from './write.ts';

export function saveReturns(write: Write, parts: ChangedParts): void {
  write(
    'insert-returns',
    parts.newReturns,
    `INSERT INTO returns (id, order_id, state, reason, created_at, updated_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])`,
    ({ orderId, part }) => [part.id, orderId, part.state, part.reason, part.createdAt, part.updatedAt],
  );
  write(
    'insert-return-items',
    parts.newReturns.flatMap(({ orderId, part }) => part.items.map((item) => ({ orderId, returnId: part.id, item }))),
    `INSERT INTO return_items (id, order_id, return_id, order_item_id, quantity, accepted_quantity)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::integer[])`,
    ({ orderId, returnId, item }) => {
      return [item.id, orderId, returnId, item.orderItemId, item.quantity, acceptedInPart(item)];
    },
  );
  write(
    'update-returns',
    parts.changedReturns,
    unlessStale(
      'returns',
      `UPDATE returns SET state = changed.state, updated_at = changed.updated_at
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])
            AS changed (id, state_before, state, updated_at)
       WHERE returns.id = changed.id AND returns.state = changed.state_before`,
    ),
    ({ before, after }) => [after.id, before.state, after.state, after.updatedAt],
  );
  // Behind their returns: units are accepted by one that is COMPLETED.
  write(
    'accept-return-items',
    parts.changedReturns.flatMap(({ after }) => after.items.filter((item) => acceptedInPart(item) !== null)),
    `UPDATE return_items SET accepted_quantity = accepted.quantity
     FROM unnest($1::bigint[], $2::integer[]) AS accepted (id, quantity)
     WHERE return_items.id = accepted.id`,
    (item) => [item.id, item.acceptedQuantity],
  );
}

/** What is written down of it: null stands for all as well. */
function acceptedInPart({ quantity, acceptedQuantity }: ReturnItem): number | null {
  return acceptedQuantity === quantity ? null : acceptedQuantity;
}
