import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { orderIn, orderWithReturnIn } from '../../domain/example-orders.ts';
import type { Order } from '../../domain/orders/order.ts';
import type { OrderChange } from '../changes.ts';
import { KeptOrders } from './kept-orders.ts';

const before = orderIn('DELIVERED');
const CHAIN = { length: 5, hash: Buffer.alloc(32, 7) };

function changeOf(id: number, fields: Partial<Order> = {}): OrderChange {
  return { before: { ...before, id }, after: { ...before, id, ...fields }, chain: CHAIN };
}

afterEach(() => {
  vi.useRealTimers();
});

/** A large collection, after which a WeakRef leads to what something else holds as well, and to nothing else. */
async function collect(): Promise<void> {
  await nextTurn();
  setFlagsFromString('--expose-gc');
  const collectAll = runInNewContext('gc') as () => void;
  collectAll();
}

describe('an order that was changed is kept', () => {
  test('as it was changed, for whoever finds the stamp of that change on its row, and for nobody else', () => {
    const kept = new KeptOrders();
    const change = changeOf(1_001);
    kept.keep([change], '77');
    expect(kept.has(1_001)).toBe(true);
    expect(kept.get(1_001, '77')).toMatchObject({ order: change.after, chain: CHAIN });
    expect(kept.get(1_001, '78')).toBeUndefined();
    expect(kept.get(1_002, '77')).toBeUndefined();
  });

  test('the newest change takes the place of the one before', () => {
    const kept = new KeptOrders();
    kept.keep([changeOf(1_001)], '77');
    kept.keep([changeOf(1_001, { version: 9 })], '78');
    expect(kept.get(1_001, '77')).toBeUndefined();
    expect(kept.get(1_001, '78')?.order.version).toBe(9);
  });

  test('for ten seconds', () => {
    let now = 0;
    const kept = new KeptOrders(() => now);
    kept.keep([changeOf(1_001)], '77');
    now = 10_000;
    expect(kept.get(1_001, '77')).toBeDefined();
    now = 10_001;
    expect(kept.has(1_001)).toBe(false);
    expect(kept.get(1_001, '77')).toBeUndefined();
  });

  test('and no longer in memory, customer and all, where no other order takes its place', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    const kept = new KeptOrders();
    const keepOne = (id: number) => {
      const change = changeOf(id);
      kept.keep([change], '77');
      return new WeakRef(change.after);
    };
    const first = keepOne(1_001);
    vi.advanceTimersByTime(9_000);
    const second = keepOne(1_002);
    await collect();
    expect([first.deref(), second.deref()]).not.toContain(undefined);
    vi.advanceTimersByTime(21_000);
    await collect();
    expect([first.deref(), second.deref()]).toEqual([undefined, undefined]);
    expect(vi.getTimerCount()).toBe(0);
    expect(kept.has(1_001)).toBe(false);
  });

  test('until it is forgotten, and it alone', () => {
    const kept = new KeptOrders();
    kept.keep([changeOf(1_001), changeOf(1_002)], '77');
    kept.forget([1_001, 1_002 + 509]);
    expect([kept.has(1_001), kept.has(1_002)]).toEqual([false, true]);
  });

  test('until all are forgotten', () => {
    const kept = new KeptOrders();
    kept.keep([changeOf(1_001), changeOf(1_002)], '77');
    kept.clear();
    expect([kept.has(1_001), kept.has(1_002)]).toEqual([false, false]);
  });
});

describe('what is kept is bounded', () => {
  test('of 10,000 orders, no more than there are slots for, and the newest is among them', () => {
    const kept = new KeptOrders();
    const ids = Array.from({ length: 10_000 }, (_, index) => 1_000 + 2 * index);
    for (const id of ids) kept.keep([changeOf(id)], '77');
    expect(ids.filter((id) => kept.has(id))).toHaveLength(509);
    expect(kept.has(ids.at(-1) ?? 0)).toBe(true);
  });

  test('a heavy order is not kept, and what was kept of it before is let go of', () => {
    const kept = new KeptOrders();
    const [item] = before.items;
    const [note] = orderWithReturnIn('COMPLETED').order.creditNotes;
    if (!item || !note) throw new Error('the examples have items and a credit note');
    kept.keep([changeOf(1_001)], '77');
    kept.keep([changeOf(1_001, { items: Array.from({ length: 25 }, () => item) })], '78');
    expect(kept.has(1_001)).toBe(false);
    // Its papers weigh more than its lines.
    kept.keep([changeOf(1_001, { creditNotes: [note, note, note] })], '79');
    expect(kept.has(1_001)).toBe(true);
    kept.keep([changeOf(1_001, { creditNotes: [note, note, note, note, note] })], '80');
    expect(kept.has(1_001)).toBe(false);
  });

  test('an order that was only placed is not kept', () => {
    const kept = new KeptOrders();
    kept.keep([{ before: undefined, after: { ...before, id: 1_001 }, chain: CHAIN }], '77');
    expect(kept.has(1_001)).toBe(false);
  });
});
