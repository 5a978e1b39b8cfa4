import { describe, expect, test } from 'vitest';
import { onlyOne } from '../../src/domain/example-orders.ts';
import type { Order } from '../../src/domain/orders/order.ts';
import { useDatabase } from '../support/database.ts';
import { useEngine } from '../support/engine.ts';
import { useSessions } from '../support/sessions.ts';

/*
 * What the database refuses by itself, whoever writes: raw SQL that never took an order's lock.
 */

const database = useDatabase();
const shop = useEngine(database);
const sessions = useSessions(database);

const CHECK_VIOLATION = '23514';
const UNIQUE_VIOLATION = '23505';
const RESTRICT_VIOLATION = '23001';

const sql = (text: string, ...values: readonly unknown[]) => database.pool.query<{ id: number }>(text, [...values]);

async function deliveredOrder(): Promise<Order> {
  const { id } = await shop.shippedOrder();
  return shop.move(id, 'deliver');
}

async function newReturn(orderId: number): Promise<number> {
  const { rows } = await sql(
    `INSERT INTO returns (order_id, state, reason) VALUES ($1, 'REQUESTED', 'raw') RETURNING id`,
    orderId,
  );
  return onlyOne(rows).id;
}

const RETURN_ITEM = 'INSERT INTO return_items (order_id, return_id, order_item_id, quantity) VALUES ($1, $2, $3, $4)';
const REFUND = `INSERT INTO refunds (order_id, payment_id, return_id, amount_minor, currency, state)
                VALUES ($1, $2, $3, $4, 'INR', 'PENDING')`;

describe('over-returning', () => {
  const refused = { code: CHECK_VIOLATION, constraint: 'order_items_returned_within_bought' };

  test('more units than were bought, in one return or in two', async () => {
    const { id, items } = await deliveredOrder();
    const [mug] = items;
    await expect(sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 6)).rejects.toMatchObject(refused);
    await sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 3);
    await expect(sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 3)).rejects.toMatchObject(refused);
    await sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 2);
  });

  test('two returns in one statement', async () => {
    const { id, items } = await deliveredOrder();
    const both = [await newReturn(id), await newReturn(id)];
    const insert = `INSERT INTO return_items (order_id, return_id, order_item_id, quantity)
                    SELECT $1, return_id, $3, 3 FROM unnest($2::bigint[]) AS return_id`;
    await expect(sql(insert, id, both, items[0]?.id)).rejects.toMatchObject(refused);
  });

  test('two transactions at once: the second waits for the first, and is refused when it commits', async () => {
    const { id, items } = await deliveredOrder();
    const [first, second] = [await newReturn(id), await newReturn(id)];
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(RETURN_ITEM, [id, first, items[0]?.id, 3]);
    const late = expect(sql(RETURN_ITEM, id, second, items[0]?.id, 3)).rejects.toMatchObject(refused);
    await sessions.waitingForLock('roundtrip test');
    await session.query('COMMIT');
    await late;
  });

  test('a rejected return gives its units back once, however often it is written', async () => {
    const { id, items } = await deliveredOrder();
    const [kept, rejected] = [await newReturn(id), await newReturn(id)];
    for (const each of [kept, rejected]) await sql(RETURN_ITEM, id, each, items[0]?.id, 2);
    for (let time = 0; time < 2; time += 1) await sql(`UPDATE returns SET state = 'REJECTED' WHERE id = $1`, rejected);
    const { rows } = await sql('SELECT returned_quantity FROM order_items WHERE id = $1', items[0]?.id);
    expect(rows).toEqual([{ returned_quantity: 2 }]);
  });

  test('what a return holds is never changed or taken out', async () => {
    const { order } = await shop.returnedOrder();
    for (const statement of ['UPDATE return_items SET quantity = 1', 'DELETE FROM return_items']) {
      await expect(sql(`${statement} WHERE order_id = $1`, order.id)).rejects.toMatchObject({
        code: RESTRICT_VIOLATION,
      });
    }
  });

  test('units are accepted once, of a completed return, from none to all; the others are in no return any more', async () => {
    const { id, items } = await deliveredOrder();
    const [mug] = items;
    const returnId = await newReturn(id);
    await sql(RETURN_ITEM, id, returnId, mug?.id, 4);
    const accept = (quantity: number) =>
      sql('UPDATE return_items SET accepted_quantity = $2 WHERE return_id = $1', returnId, quantity);
    await expect(accept(3)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
    await sql(`UPDATE returns SET state = 'COMPLETED' WHERE id = $1`, returnId);
    for (const quantity of [-1, 5]) {
      await expect(accept(quantity)).rejects.toMatchObject({
        code: CHECK_VIOLATION,
        constraint: 'return_items_accepted_within_requested',
      });
    }
    await accept(3);
    await accept(3);
    await expect(accept(2)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
    const { rows } = await sql('SELECT returned_quantity FROM order_items WHERE id = $1', mug?.id);
    expect(rows).toEqual([{ returned_quantity: 3 }]);
    await expect(sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 3)).rejects.toMatchObject(refused);
    await sql(RETURN_ITEM, id, await newReturn(id), mug?.id, 2);
  });
});

describe('refunding too much', () => {
  const aboveCaptured = { code: CHECK_VIOLATION, constraint: 'payments_refunded_within_captured' };

  test('more than was captured, at once or in parts, whatever became of the parts', async () => {
    const { id, payments } = await deliveredOrder();
    const payment = onlyOne(payments).id;
    await expect(sql(REFUND, id, payment, null, 3_051)).rejects.toMatchObject(aboveCaptured);
    await sql(REFUND, id, payment, await newReturn(id), 3_000);
    await sql(`UPDATE refunds SET state = 'FAILED' WHERE order_id = $1`, id);
    await expect(sql(REFUND, id, payment, await newReturn(id), 51)).rejects.toMatchObject(aboveCaptured);
    await sql(REFUND, id, payment, await newReturn(id), 50);
  });

  test('two transactions at once: the second waits for the first, and is refused when it commits', async () => {
    const { id, payments } = await deliveredOrder();
    const payment = onlyOne(payments).id;
    const [first, second] = [await newReturn(id), await newReturn(id)];
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(REFUND, [id, payment, first, 2_000]);
    const late = expect(sql(REFUND, id, payment, second, 2_000)).rejects.toMatchObject(aboveCaptured);
    await sessions.waitingForLock('roundtrip test');
    await session.query('COMMIT');
    await late;
  });

  test('a second refund of a return or of a cancellation to the same payment', async () => {
    const { id, payments } = await deliveredOrder();
    const payment = onlyOne(payments).id;
    const returnId = await newReturn(id);
    await sql(REFUND, id, payment, returnId, 1);
    await expect(sql(REFUND, id, payment, returnId, 1)).rejects.toMatchObject({
      code: UNIQUE_VIOLATION,
      constraint: 'refunds_one_per_return_and_payment',
    });
    await sql(REFUND, id, payment, null, 1);
    await expect(sql(REFUND, id, payment, null, 1)).rejects.toMatchObject({
      code: UNIQUE_VIOLATION,
      constraint: 'refunds_one_per_cancelled_payment',
    });
  });

  test("a refund's amount, payment and return never change, and no refund is deleted; its state moves on", async () => {
    const { refund } = await shop.returnedOrder();
    for (const statement of [
      'UPDATE refunds SET amount_minor = 1',
      'UPDATE refunds SET return_id = NULL',
      `UPDATE refunds SET currency = 'EUR'`,
      'DELETE FROM refunds',
    ]) {
      await expect(sql(`${statement} WHERE id = $1`, refund.id)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
    }
    const { rowCount } = await sql(`UPDATE refunds SET state = 'SUBMITTED' WHERE id = $1`, refund.id);
    expect(rowCount).toBe(1);
  });
});

describe('rewriting the record', () => {
  const INSERT_MOVE = `INSERT INTO state_transitions (order_id, sequence, entity_type, entity_id, event, from_state,
                                                      to_state, actor, created_at, previous_hash, hash)
                       VALUES ($1, 1000, 'order', $1, $2, $3, $4, 'raw', now(), '', '')`;

  test.each([
    ['a skipped state', 'ship', 'PAID', 'SHIPPED'],
    ['a step back', 'pay', 'SHIPPED', 'PAID'],
    ['a legal pair under another event', 'cancel', 'PENDING_PAYMENT', 'PAID'],
    ['a final state left', 'deliver', 'DELIVERED', 'DELIVERED'],
    ['a creation in a later state', 'place', null, 'PAID'],
    ['an unknown state', 'pay', 'PENDING_PAYMENT', 'LOST'],
  ])('an illegal move is refused: %s', async (_, event, from, to) => {
    const { id } = await shop.place();
    await expect(sql(INSERT_MOVE, id, event, from, to)).rejects.toMatchObject({
      code: CHECK_VIOLATION,
      constraint: 'state_transitions_legal_move',
    });
  });

  test.each([
    `UPDATE state_transitions SET actor = 'somebody else'`,
    'DELETE FROM state_transitions',
    'TRUNCATE state_transitions',
    'TRUNCATE state_transitions CASCADE',
  ])('%s is refused', async (statement) => {
    await shop.place();
    const count = async () => (await sql('SELECT count(*) FROM state_transitions')).rows;
    const before = await count();
    await expect(sql(statement)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
    expect(await count()).toEqual(before);
  });

  test('a second row at one position of a chain is refused', async () => {
    const { id } = await shop.place();
    const again = INSERT_MOVE.replace('1000', '1');
    await expect(sql(again, id, 'pay', 'PENDING_PAYMENT', 'PAID')).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
  });
});

describe('rewriting an invoice', () => {
  test.each([
    `UPDATE invoices SET snapshot = '{}'`,
    `UPDATE invoices SET snapshot = jsonb_set(snapshot, '{totalMinor}', '1')`,
    `UPDATE invoices SET number = 'INV2627/99999999'`,
    'UPDATE invoices SET sequence_number = sequence_number + 1000',
    `UPDATE invoices SET issued_at = issued_at - interval '1 day'`,
    'DELETE FROM invoices',
    'TRUNCATE invoices',
  ])('%s is refused', async (statement) => {
    await shop.shippedOrder();
    await expect(sql(statement)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
  });

  test('the marks of its delivery are no part of what it says', async () => {
    const { id } = await shop.shippedOrder();
    const { rowCount } = await sql(
      `UPDATE invoices SET rendered_at = now(), emailed_at = now() WHERE order_id = $1`,
      id,
    );
    expect(rowCount).toBe(1);
  });

  test('a second invoice for an order, a used number and one past sixteen characters are refused', async () => {
    const { id } = await shop.shippedOrder();
    const unshipped = await shop.place();
    const copy = (orderId: string, number: string, sequence: string) =>
      sql(`INSERT INTO invoices (order_id, number, financial_year, sequence_number, snapshot, issued_at)
           SELECT ${orderId}, ${number}, financial_year, ${sequence}, snapshot, issued_at
           FROM invoices WHERE order_id = ${id}`);
    await expect(copy('order_id', `'INV/OTHER'`, '99999')).rejects.toMatchObject({
      constraint: 'invoices_one_per_order',
    });
    await expect(copy(`${unshipped.id}`, 'number', '99999')).rejects.toMatchObject({
      constraint: 'invoices_number_key',
    });
    await expect(copy(`${unshipped.id}`, `'INV/OTHER'`, 'sequence_number')).rejects.toMatchObject({
      constraint: 'invoices_financial_year_sequence_number_key',
    });
    await expect(copy(`${unshipped.id}`, `'SEVENTEEN-LETTERS'`, '99999')).rejects.toMatchObject({
      code: CHECK_VIOLATION,
    });
  });
});

describe('the ledger', () => {
  const ENTRY = `INSERT INTO ledger_entries (order_id, transaction_id, line, account, amount_minor, currency, cause,
                                             cause_id, created_at)
                 SELECT $1, 1, line, 'receivable', amount, 'INR', 'raw', 1, now()
                 FROM unnest($2::smallint[], $3::bigint[]) AS entry (line, amount)`;

  test('takes no transaction that does not balance, and one that does', async () => {
    const { id } = await shop.place();
    await expect(sql(ENTRY, id, [1, 2], [100, -99])).rejects.toMatchObject({
      code: CHECK_VIOLATION,
      constraint: 'ledger_entries_balance',
    });
    await expect(sql(ENTRY, id, [1], [100])).rejects.toMatchObject({ constraint: 'ledger_entries_balance' });
    await sql(ENTRY, id, [1, 2], [100, -100]);
  });

  test.each([
    'UPDATE ledger_entries SET amount_minor = 1',
    'DELETE FROM ledger_entries',
    'TRUNCATE ledger_entries',
    `UPDATE credit_notes SET number = 'CRN2627/99999999'`,
    'DELETE FROM credit_notes',
    'TRUNCATE credit_notes CASCADE',
  ])('%s is refused', async (statement) => {
    await shop.returnedOrder();
    await expect(sql(statement)).rejects.toMatchObject({ code: RESTRICT_VIOLATION });
  });
});

describe('refunding a payment that was not captured, or what is credit', () => {
  test('is refused', async () => {
    const { id, payments } = await deliveredOrder();
    const payment = onlyOne(payments).id;
    await sql('UPDATE payments SET credit_minor = 50 WHERE id = $1', payment);
    const refused = { code: CHECK_VIOLATION, constraint: 'payments_refunded_within_captured' };
    await expect(sql(REFUND, id, payment, await newReturn(id), 3_001)).rejects.toMatchObject(refused);
    await sql(`UPDATE payments SET state = 'AUTHORISED', credit_minor = 0 WHERE id = $1`, payment);
    await expect(sql(REFUND, id, payment, await newReturn(id), 1)).rejects.toMatchObject(refused);
  });
});
