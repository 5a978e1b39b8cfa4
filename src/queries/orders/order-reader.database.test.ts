import { afterEach, describe, expect, test } from 'vitest';
import { useCommitLosingProxy } from '../../../test/support/servers/commit-losing-proxy.ts';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { useSessions } from '../../../test/support/sessions.ts';
import type { ReturnEvent } from '../../domain/lifecycles.ts';
import { DatabaseUnavailable } from '../../platform/database/postgres.ts';
import { OrderReader, type FoundOrder } from './order-reader.ts';

const database = useDatabase();
const shop = useEngine(database);
const sessions = useSessions(database);
const proxy = useCommitLosingProxy(database);

const READER = 'roundtrip reader';
const RETURN_EVENTS: readonly ReturnEvent[] = ['approve', 'dispatch', 'receive', 'complete'];
/** Placed, four moves, and a return of each of the three lines, which takes five commands. */
const LAST_VERSION = 20;

const opened: OrderReader[] = [];
afterEach(() => Promise.all(opened.splice(0).map((reader) => reader.close())));

function openReader(url = database.url): OrderReader {
  const reader = new OrderReader(url);
  opened.push(reader);
  return reader;
}

describe('reading', () => {
  test('an order comes whole but for the words of its invoice, its lines in order; an unknown id gives nothing', async () => {
    const { order } = await shop.returnedOrder();
    const whole = await openReader().read(order.id);
    expect(whole?.order).toEqual({ ...order, invoice: { ...order.invoice, snapshot: undefined } });
    expect(whole?.order.invoice).not.toHaveProperty('snapshot');
    expect(whole?.order.items.map(({ sku }) => sku)).toEqual(['MUG', 'LAMP', 'CARD']);
    expect(await openReader().read(900_000_000_000)).toBeUndefined();
  });

  test('reads that come together are answered together: one order asked for 16 times is read once', async () => {
    const { id } = await shop.place();
    const reader = openReader();
    const answers = await Promise.all(Array.from({ length: 16 }, () => reader.read(id)));
    expect(answers[0]?.order.id).toBe(id);
    expect(new Set(answers).size).toBe(1);
  });

  test('300 orders at once each get their own answer, over two connections at most', async () => {
    const orders = await Promise.all(Array.from({ length: 300 }, () => shop.place()));
    const reader = openReader();
    const answers = await Promise.all(orders.map(({ id }) => reader.read(id)));
    expect(answers.map((answer) => answer?.order.id)).toEqual(orders.map(({ id }) => id));
    const { rowCount } = await database.pool.query(
      'SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
      [READER],
    );
    expect(rowCount).toBe(2);
  });
});

describe('what is read is never half of a change', () => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

  /** What holds of every order after every command, and of no order in the middle of one. */
  function expectWhole({ order, chain }: FoundOrder): void {
    const live = order.returns.filter(({ state }) => state !== 'REJECTED').flatMap(({ items }) => items);
    const unitsOf = (itemId: number) =>
      sum(
        live
          .filter(({ orderItemId }) => orderItemId === itemId)
          .map(({ quantity, acceptedQuantity }) => acceptedQuantity ?? quantity),
      );
    expect(order.items.map((item) => item.returnedQuantity)).toEqual(order.items.map(({ id }) => unitsOf(id)));
    expect(sum(order.payments.map((payment) => payment.refundedMinor))).toBe(
      sum(order.refunds.map((refund) => refund.amountMinor)),
    );
    const completed = order.returns.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id);
    expect(order.refunds.map(({ returnId }) => returnId).sort()).toEqual(completed.sort());
    expect(chain.length).toBe(order.version + order.refunds.length);
    expect(order.invoice === null).toBe(!['SHIPPED', 'DELIVERED'].includes(order.state));
    expect(order.payments.length).toBe(order.state === 'PENDING_PAYMENT' ? 0 : 1);
  }

  async function sendBack(orderId: number, orderItemId: number): Promise<void> {
    const items = [{ orderItemId, quantity: 1 }];
    const { returns } = await shop.change(orderId, { type: 'request_return', reason: 'Broken', items });
    const returnId = returns.at(-1)?.id ?? 0;
    const moves = RETURN_EVENTS.map((event) => ({ type: 'move_return', returnId, event, reason: null }) as const);
    await shop.change(orderId, ...moves);
  }

  test('an order read over and over while it goes through its whole life is consistent each time', async () => {
    const reader = openReader();
    const over = new AbortController();
    const versions = new Set<number>();

    for (let life = 0; life < 8; life += 1) {
      const { id, items } = await shop.place();
      const readOn = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const whole = await reader.read(id);
          if (!whole) throw new Error('the order is gone');
          expectWhole(whole);
          versions.add(whole.order.version);
          if (whole.order.version === LAST_VERSION) return;
        }
      };
      const reading = Promise.all([readOn(), readOn(), readOn(), readOn()]);
      try {
        await shop.move(id, 'pay', 'process', 'ship', 'deliver');
        for (const { id: orderItemId } of items) await sendBack(id, orderItemId);
      } catch (error) {
        over.abort();
        throw error;
      }
      await reading;
    }
    expect(versions.size).toBeGreaterThan(10);
  });
});

describe('connections that are lost', () => {
  test('while idle: nobody notices', async () => {
    const { id } = await shop.place();
    const reader = openReader();
    for (let round = 0; round < 3; round += 1) {
      expect((await reader.read(id))?.order.id).toBe(id);
      expect(await sessions.terminate(READER)).toBeGreaterThan(0);
    }
    expect((await reader.read(id))?.order.id).toBe(id);
  });

  test('the database is away: unavailable; when it is back, so is the reader', async () => {
    const { id } = await shop.place();
    const reader = openReader(proxy.url);
    proxy.refusing = true;
    await expect(reader.read(id)).rejects.toThrow(DatabaseUnavailable);
    proxy.refusing = false;
    expect((await reader.read(id))?.order.id).toBe(id);
  });
});
