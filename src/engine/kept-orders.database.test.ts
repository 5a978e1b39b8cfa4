import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { doneOrder, move, refusalCode, requestReturn } from '../../test/support/http/requests.ts';
import { useSessions } from '../../test/support/sessions.ts';
import type { Engine } from './engine.ts';

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
