import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { move, moveReturn, place, refusalCode, requestReturn } from '../../test/support/http/requests.ts';
import { auditOf } from '../../test/support/audit.ts';
import type { AcceptedUnits, RequestReturn } from '../domain/commands.ts';
import { itemOf, onlyOne } from '../domain/example-orders.ts';
import type { CreditNoteSnapshot } from '../domain/papers/credit-note.ts';
import { connectPipelined } from '../platform/database/postgres.ts';
import { readWholeOrders } from '../queries/orders/whole-orders.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);

const UNKNOWN_ID = 900_000_000_000;

async function rowsOf(table: string, orderId: number): Promise<Record<string, unknown>[]> {
  const column = table === 'orders' ? 'id' : 'order_id';
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `SELECT * FROM ${table} WHERE ${column} = $1 ORDER BY id`,
    [orderId],
  );
  return rows;
}

/** The record of an order, as `entity event from -> to`. */
async function recordOf(orderId: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ move: string }>(
    `SELECT format('%s %s %s -> %s', entity_type, event, coalesce(from_state, '*'), to_state) AS move
     FROM state_transitions WHERE order_id = $1 ORDER BY sequence`,
    [orderId],
  );
  return rows.map((row) => row.move);
}

describe('what is written', () => {
  test('placing writes the order, its lines and one transition, and nothing else', async () => {
    const { id } = await shop.place({ orderNumber: 'PLACED-1' });
    expect(await rowsOf('orders', id)).toMatchObject([
      {
        order_number: 'PLACED-1',
        customer_id: 'customer-42',
        customer_email: 'asha@example.com',
        currency: 'INR',
        state: 'PENDING_PAYMENT',
        total_minor: 3_050,
        placed_at: new Date('2026-04-30T18:00:00.000Z'),
        version: 1,
        transition_count: 1,
      },
    ]);
    expect(await rowsOf('order_items', id)).toMatchObject([
      { line_number: 1, sku: 'MUG', title: 'Mug', quantity: 5, unit_price_minor: 100, returned_quantity: 0 },
      { line_number: 2, sku: 'LAMP', title: 'Lamp', quantity: 1, unit_price_minor: 2_550, returned_quantity: 0 },
      { line_number: 3, sku: 'CARD', quantity: 2, unit_price_minor: 0, returned_quantity: 0 },
    ]);
    expect(await rowsOf('state_transitions', id)).toMatchObject([
      { entity_type: 'order', entity_id: id, event: 'place', from_state: null, actor: 'test', reason: null },
    ]);
    for (const table of ['payments', 'returns', 'refunds', 'invoices', 'jobs']) {
      expect(await rowsOf(table, id), table).toEqual([]);
    }
  });

  test('paying captures the total; shipping issues the invoice and asks for its paper; delivering adds no more', async () => {
    const { id } = await shop.place();
    const delivered = await shop.move(id, 'pay', 'process', 'ship', 'deliver');
    const invoice = onlyOne(await rowsOf('invoices', id));
    expect(await rowsOf('payments', id)).toMatchObject([{ amount_minor: 3_050, refunded_minor: 0, currency: 'INR' }]);
    expect(invoice).toMatchObject({
      snapshot: { number: invoice['number'], totalMinor: 3_050, order: { number: delivered.orderNumber } },
      rendered_at: null,
      emailed_at: null,
    });
    expect(await rowsOf('jobs', id)).toMatchObject([
      { kind: 'invoice.render', subject_id: invoice['id'], state: 'READY', attempts: 0 },
    ]);
    expect(await rowsOf('orders', id)).toMatchObject([{ state: 'DELIVERED', version: 5, transition_count: 5 }]);
    expect(await recordOf(id)).toEqual([
      'order place * -> PENDING_PAYMENT',
      'order pay PENDING_PAYMENT -> PAID',
      'order process PAID -> PROCESSING_IN_WAREHOUSE',
      'order ship PROCESSING_IN_WAREHOUSE -> SHIPPED',
      'order deliver SHIPPED -> DELIVERED',
    ]);
  });

  test('a completed return holds its units, and its refund reserves their price and asks for its payment', async () => {
    const { id } = await shop.shippedOrder();
    const lines = await shop.move(id, 'deliver');
    const mug = itemOf(lines, 'MUG').id;
    const items = [
      { orderItemId: mug, quantity: 3 },
      { orderItemId: itemOf(lines, 'LAMP').id, quantity: 1 },
    ];
    const { returns } = await shop.change(id, { type: 'request_return', reason: 'Broken', items });
    const returnId = onlyOne(returns).id;
    const engine = engines.open();
    for (const event of ['approve', 'dispatch', 'receive', 'complete'] as const) {
      expect(await engine.execute(moveReturn(returnId, event))).toMatchObject({ kind: 'done', subjectId: returnId });
    }
    expect(await rowsOf('returns', id)).toMatchObject([{ id: returnId, state: 'COMPLETED', reason: 'Broken' }]);
    expect(await rowsOf('return_items', id)).toMatchObject([
      { return_id: returnId, order_item_id: mug, quantity: 3 },
      { return_id: returnId, quantity: 1 },
    ]);
    expect((await rowsOf('order_items', id)).map((row) => row['returned_quantity'])).toEqual([3, 1, 0]);
    const refund = onlyOne(await rowsOf('refunds', id));
    expect(refund).toMatchObject({ return_id: returnId, amount_minor: 2_850, state: 'PENDING', attempt: 1 });
    expect(await rowsOf('payments', id)).toMatchObject([{ amount_minor: 3_050, refunded_minor: 2_850 }]);
    expect((await rowsOf('jobs', id)).slice(-2)).toMatchObject([
      { kind: 'refund.submit', subject_id: refund['id'] },
      { kind: 'credit_note.render' },
    ]);
    expect((await recordOf(id)).slice(5)).toEqual([
      'return request * -> REQUESTED',
      'return approve REQUESTED -> APPROVED',
      'return dispatch APPROVED -> IN_TRANSIT',
      'return receive IN_TRANSIT -> RECEIVED',
      'return complete RECEIVED -> COMPLETED',
      'refund create * -> PENDING',
    ]);
  });

  test('a return that is accepted in part keeps what was accepted, frees the rest, and leaves the books clean', async () => {
    const { id } = await shop.shippedOrder();
    const lines = await shop.move(id, 'deliver');
    const [mug, lamp] = [itemOf(lines, 'MUG').id, itemOf(lines, 'LAMP').id];
    const complete = async (items: RequestReturn['items'], accepted: readonly AcceptedUnits[]) => {
      const { returns } = await shop.change(id, { type: 'request_return', reason: 'Broken', items });
      const move = { type: 'move_return', returnId: returns.at(-1)?.id ?? 0, reason: null } as const;
      for (const event of ['approve', 'dispatch', 'receive'] as const) await shop.change(id, { ...move, event });
      await shop.change(id, { ...move, event: 'complete', accepted });
    };
    const two = [{ orderItemId: mug, quantity: 2 }];
    const all = [
      { orderItemId: mug, quantity: 5 },
      { orderItemId: lamp, quantity: 1 },
    ];
    await complete(all, [{ orderItemId: mug, quantity: 3 }]);
    await complete(two, [{ orderItemId: mug, quantity: 0 }]);
    await complete(two, []);

    // Null stands for all of it, as in rows from before there was the column.
    expect((await rowsOf('return_items', id)).map((row) => [row['quantity'], row['accepted_quantity']])).toEqual([
      [5, 3],
      [1, null],
      [2, 0],
      [2, null],
    ]);
    expect((await rowsOf('order_items', id)).map((row) => row['returned_quantity'])).toEqual([5, 1, 0]);
    expect((await rowsOf('refunds', id)).map((row) => row['amount_minor'])).toEqual([2_850, 200]);
    const notes = (await rowsOf('credit_notes', id)).map((row) => row['snapshot'] as CreditNoteSnapshot);
    expect(notes.map((note) => note.lines.map(({ sku, quantity }) => [sku, quantity]))).toEqual([
      [
        ['MUG', 3],
        ['LAMP', 1],
      ],
      [['MUG', 2]],
    ]);
    expect((await auditOf(database.url)).broken).toBeUndefined();
  });

  test('rejecting a return gives its units back, and they can be asked back again', async () => {
    const { id, items } = await shop.shippedOrder();
    await shop.move(id, 'deliver');
    const lamp = items[1]?.id ?? 0;
    const engine = engines.open();
    const asked = await engine.execute(requestReturn(id, lamp, 1));
    if (asked.kind !== 'done') throw new Error('the return was refused');
    expect(refusalCode(await engine.execute(requestReturn(id, lamp, 1)))).toBe('return.quantity_exceeds_returnable');
    await engine.execute(moveReturn(asked.subjectId, 'reject'));
    expect((await rowsOf('order_items', id)).map((row) => row['returned_quantity'])).toEqual([0, 0, 0]);
    expect(refusalCode(await engine.execute(requestReturn(id, lamp, 1)))).toBeUndefined();
  });

  test('cancelling before payment refunds nothing, after it everything', async () => {
    const unpaid = await shop.place();
    await shop.move(unpaid.id, 'cancel');
    expect(await rowsOf('refunds', unpaid.id)).toEqual([]);
    const { order, refund } = await shop.refundedOrder();
    expect(await rowsOf('refunds', order.id)).toMatchObject([{ id: refund.id, return_id: null, amount_minor: 3_050 }]);
    expect(await rowsOf('payments', order.id)).toMatchObject([{ refunded_minor: 3_050 }]);
    expect(await rowsOf('jobs', order.id)).toMatchObject([{ kind: 'refund.submit', subject_id: refund.id }]);
  });

  test('the engine answers with the order as the database has it, timestamps included', async () => {
    const placed = await shop.place({ placedAt: null });
    const { order: cancelled } = await shop.refundedOrder();
    const { order: returned } = await shop.returnedOrder();
    const answered = [placed, cancelled, returned];
    const client = await connectPipelined(database.url, 'reader');
    const ids = answered.map(({ id }) => id);
    const kept = await readWholeOrders(client, ids, { locked: false });
    await client.end();
    expect(ids.map((id) => kept.get(id)?.order)).toEqual(answered);
  });
});

describe('what is refused', () => {
  test('an unknown order, return or refund is refused by its name, and an illegal move by what is legal', async () => {
    const engine = engines.open();
    const { id } = await shop.place();
    const outcomes = await Promise.all([
      engine.execute(move(UNKNOWN_ID, 'pay')),
      engine.execute(moveReturn(UNKNOWN_ID, 'approve')),
      engine.execute({
        actor: 'test',
        intent: {
          kind: 'change',
          target: { refundId: UNKNOWN_ID },
          command: { type: 'submit_refund', refundId: UNKNOWN_ID },
        },
      }),
      engine.execute(move(id, 'ship')),
    ]);
    expect(outcomes.map(refusalCode)).toEqual([
      'order.not_found',
      'return.not_found',
      'refund.not_found',
      'order.illegal_transition',
    ]);
    expect(await recordOf(id)).toHaveLength(1);
  });

  test('a number that is in use is refused, whether it was used before or in the same batch', async () => {
    const engine = engines.open();
    const number = 'TAKEN-1';
    const together = await Promise.all([1, 2].map(() => engine.execute(place({ orderNumber: number }))));
    const later = await engine.execute(place({ orderNumber: number }));
    expect([...together, later].map(refusalCode)).toEqual([undefined, 'order.number_taken', 'order.number_taken']);
  });
});
