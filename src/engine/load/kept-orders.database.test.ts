import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { useEngines } from '../../../test/support/engines.ts';
import {
  change,
  doneOrder,
  move,
  moveReturn,
  refusalCode,
  requestReturn,
} from '../../../test/support/http/requests.ts';
import { useSessions } from '../../../test/support/sessions.ts';
import type { OrderCommand } from '../../domain/commands.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import type { Order } from '../../domain/orders/order.ts';
import type { Engine } from '../engine.ts';

/*
 * An engine does not read again what it has changed last, and sees what anybody else has changed since.
 */

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);
const sessions = useSessions(database);

const ENGINE = 'roundtrip engine';

/** Holds the lines of all orders, so that whoever reads an order whole waits. */
async function holdLines(): Promise<() => Promise<unknown>> {
  const session = await sessions.open();
  await session.query('BEGIN');
  await session.query('LOCK TABLE order_items IN ACCESS EXCLUSIVE MODE');
  return () => session.query('ROLLBACK');
}

/** Does the commands one after the other; answers with the order after the last. */
async function changeBy(
  engine: Engine,
  orderId: number,
  ...commands: readonly OrderCommand[]
): Promise<Order | undefined> {
  let order: Order | undefined;
  for (const command of commands) order = doneOrder(await engine.execute(change({ orderId }, command)));
  return order;
}

/** A return that waits to be completed, as this engine has received it. */
async function receivedReturnBy(engine: Engine): Promise<{ orderId: number; returnId: number }> {
  const { id, items } = await shop.shippedOrder();
  await shop.move(id, 'deliver');
  const { returns } = doneOrder(await engine.execute(requestReturn(id, items[0]?.id ?? 0, 1)));
  const returnId = onlyOne(returns).id;
  for (const event of ['approve', 'dispatch', 'receive'] as const) await engine.execute(moveReturn(returnId, event));
  return { orderId: id, returnId };
}

/** A paid order that this engine has paid. */
async function paidBy(engine: Engine): Promise<number> {
  const { id } = await shop.place();
  await engine.execute(move(id, 'pay'));
  return id;
}

describe('an order that this engine has changed last', () => {
  test('is not read again for the next command, in a batch with others or alone', async () => {
    const engine = engines.open();
    const [one, other] = [await paidBy(engine), await paidBy(engine)];
    const release = await holdLines();
    const outcomes = await Promise.all([one, other].map((id) => engine.execute(move(id, 'process'))));
    expect(outcomes.map(refusalCode)).toEqual([undefined, undefined]);
    expect(refusalCode(await engine.execute(move(one, 'cancel')))).toBe('order.illegal_transition');
    await release();
    expect(doneOrder(await engine.execute(move(one, 'ship')))).toMatchObject({ state: 'SHIPPED', version: 4 });
  });

  test('is read by an engine that has not changed it', async () => {
    const id = await paidBy(engines.open());
    const release = await holdLines();
    const outcome = engines.open().execute(move(id, 'process'));
    await sessions.waitingForLock(ENGINE);
    await release();
    expect(doneOrder(await outcome).state).toBe('PROCESSING_IN_WAREHOUSE');
  });

  test('is read again once a connection was lost: a standby that took over may lack the change', async () => {
    const engine = engines.open();
    const id = await paidBy(engine);
    await sessions.terminate(ENGINE);
    const release = await holdLines();
    const outcome = engine.execute(move(id, 'process'));
    await sessions.waitingForLock(ENGINE);
    await release();
    expect(doneOrder(await outcome).state).toBe('PROCESSING_IN_WAREHOUSE');
  });
});

describe('what somebody else has changed since is seen', () => {
  test('when another engine has moved the order on', async () => {
    const engine = engines.open();
    const id = await paidBy(engine);
    await engines.open().execute(move(id, 'process'));
    expect(refusalCode(await engine.execute(move(id, 'cancel')))).toBe('order.illegal_transition');
    expect(doneOrder(await engine.execute(move(id, 'ship')))).toMatchObject({ state: 'SHIPPED', version: 4 });
  });

  test('when it was committed while the engine waited for the lock', async () => {
    const engine = engines.open();
    const id = await paidBy(engine);
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(`UPDATE orders SET customer_email = 'other@example.com' WHERE id = $1`, [id]);
    const outcome = engine.execute(move(id, 'process'));
    await sessions.waitingForLock(ENGINE);
    await session.query('COMMIT');
    expect(doneOrder(await outcome)).toMatchObject({
      state: 'PROCESSING_IN_WAREHOUSE',
      customerEmail: 'other@example.com',
    });
  });

  test('when it changed nothing that the audit chain holds', async () => {
    const engine = engines.open();
    const id = await paidBy(engine);
    await database.pool.query(`UPDATE orders SET customer_email = NULL WHERE id = $1`, [id]);
    expect(doneOrder(await engine.execute(move(id, 'process'))).customerEmail).toBeNull();
  });

  test('when it was a part of it alone, by hand: what the database refuses is decided again on what it has', async () => {
    const engine = engines.open();
    const { id, items } = await shop.shippedOrder();
    await engine.execute(move(id, 'deliver'));
    await database.pool.query('UPDATE order_items SET returned_quantity = quantity WHERE order_id = $1', [id]);
    const outcome = await engine.execute(requestReturn(id, items[0]?.id ?? 0, 1));
    expect(refusalCode(outcome)).toBe('return.quantity_exceeds_returnable');
    expect(engines.warnings).toEqual([]);
  });

  test('and a lock that was not to be had is told as that, although the order is read behind it in vain', async () => {
    const engine = engines.open();
    const id = await paidBy(engine);
    await engines.open().execute(move(id, 'process'));
    await shop.shippedOrder();
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM invoice_series FOR UPDATE');
    // After the five seconds for which a session waits for a lock.
    await expect(engine.execute(move(id, 'ship'))).rejects.toMatchObject({ code: '55P03' });
    await session.query('ROLLBACK');
    expect(doneOrder(await engine.execute(move(id, 'ship'))).state).toBe('SHIPPED');
  });
});

/*
 * Somebody changes a part by hand and leaves the order's row alone, so that what the engine keeps looks right. No rule of
 * the database refuses what is decided on it, so the write itself asks whether the part is as it was.
 */
describe('a part that was changed by hand is not written over', () => {
  test('a return: one that was rejected is not completed, and pays nothing back', async () => {
    const engine = engines.open();
    const { orderId, returnId } = await receivedReturnBy(engine);
    await database.pool.query(`UPDATE returns SET state = 'REJECTED' WHERE id = $1`, [returnId]);
    expect(refusalCode(await engine.execute(moveReturn(returnId, 'complete')))).toBe('return.illegal_transition');
    const { rows } = await database.pool.query(
      `SELECT returns.state, (SELECT count(*) FROM refunds WHERE refunds.order_id = $1) AS refunds
       FROM returns WHERE order_id = $1`,
      [orderId],
    );
    expect(rows).toEqual([{ state: 'REJECTED', refunds: 0 }]);
    expect(engines.warnings).toEqual([]);
  });

  test('a return that is rejected between reading and writing, by an engine that keeps nothing of it', async () => {
    const { returnId } = await receivedReturnBy(engines.open());
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(`UPDATE returns SET state = 'REJECTED' WHERE id = $1`, [returnId]);
    const outcome = engines.open().execute(moveReturn(returnId, 'complete'));
    await sessions.waitingForLock(ENGINE);
    await session.query('COMMIT');
    expect(refusalCode(await outcome)).toBe('return.illegal_transition');
  });

  test('a payment: one that failed is not voided', async () => {
    const engine = engines.open();
    const { id } = await shop.place();
    const initiation = { type: 'initiate_payment', amountMinor: 3_050, currency: null, method: 'card' } as const;
    const initiated = await changeBy(engine, id, { ...initiation, gateway: 'local', token: 'tok_1', captures: false });
    const paymentId = onlyOne(initiated?.payments ?? []).id;
    await changeBy(engine, id, { type: 'authorise_payment', paymentId, gatewayReference: `pay-${paymentId}` });
    await database.pool.query(`UPDATE payments SET state = 'FAILED' WHERE id = $1`, [paymentId]);
    const outcome = await engine.execute(change({ orderId: id }, { type: 'void_payment', paymentId }));
    expect(refusalCode(outcome)).toBe('payment.illegal_transition');
  });

  test('a refund: one that failed does not succeed, and an answer to an attempt before says nothing', async () => {
    const engine = engines.open();
    const submitted = async () => {
      const { order, refund } = await shop.refundedOrder();
      await changeBy(engine, order.id, { type: 'submit_refund', refundId: refund.id });
      return { target: { orderId: order.id }, refundId: refund.id };
    };
    const failed = await submitted();
    await database.pool.query(`UPDATE refunds SET state = 'FAILED' WHERE id = $1`, [failed.refundId]);
    const settle = { type: 'settle_refund', refundId: failed.refundId, gatewayReference: 'refund-1' } as const;
    expect(refusalCode(await engine.execute(change(failed.target, settle)))).toBe('refund.illegal_transition');

    const retried = await submitted();
    await database.pool.query('UPDATE refunds SET attempt = 2 WHERE id = $1', [retried.refundId]);
    const decline = { failureCode: 'declined', failureMessage: 'No.' };
    const fail = { type: 'fail_refund', refundId: retried.refundId, attempt: 1, ...decline } as const;
    expect(refusalCode(await engine.execute(change(retried.target, fail)))).toBe('refund.attempt_superseded');
  });
});
