import type { ChangedParts } from '../changes.ts';
import type { Write } from './write.ts';

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
    `INSERT INTO return_items (id, order_id, return_id, order_item_id, quantity)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[])`,
    ({ orderId, returnId, item }) => [item.id, orderId, returnId, item.orderItemId, item.quantity],
  );
  write(
    'update-returns',
    parts.changedReturns,
    `UPDATE returns SET state = changed.state, updated_at = changed.updated_at
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS changed (id, state, updated_at)
     WHERE returns.id = changed.id`,
    (part) => [part.id, part.state, part.updatedAt],
  );
}
