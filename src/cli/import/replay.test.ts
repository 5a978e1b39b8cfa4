import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiClient } from './api-client.ts';
import { ApiStandIn, type Fault } from './api-stand-in.ts';
import type { ImportPlan, PlannedOrder } from './import-plan.ts';
import { replayPlan, type ReplayedOrder } from './replay.ts';

const NO_DELAY = { baseMs: 0, capMs: 0 };
const ORDERS = 40;

function plannedOrder(orderNumber: string): PlannedOrder {
  return {
    orderNumber,
    customerId: '17850',
    currency: 'GBP',
    placedAt: '2010-12-01T08:26:00.000Z',
    items: [
      { sku: 'A', title: 'MUG', quantity: 6, unitPriceMinor: 255 },
      { sku: 'B', title: 'JUG', quantity: 2, unitPriceMinor: 339 },
    ],
  };
}

/** Forty orders; the first comes back in two parts, the second in one. */
const PLAN: ImportPlan = {
  rows: 84,
  orders: Array.from({ length: ORDERS }, (_, index) => plannedOrder(String(100 + index))),
  returns: [
    { cancellingInvoice: 'C1', orderNumber: '100', rows: 2, items: [{ lineIndex: 0, quantity: 2 }] },
    {
      cancellingInvoice: 'C2',
      orderNumber: '100',
      rows: 2,
      items: [
        { lineIndex: 0, quantity: 1 },
        { lineIndex: 1, quantity: 2 },
      ],
    },
    { cancellingInvoice: 'C2', orderNumber: '101', rows: 1, items: [{ lineIndex: 0, quantity: 6 }] },
  ],
  rejected: {},
};
/** Five for each order, five for each return. */
const ALL_EFFECTS = ORDERS * 5 + 3 * 5;

let api: ApiStandIn;
beforeEach(async () => {
  api = await ApiStandIn.start();
});
afterEach(async () => {
  await api.close();
});

function replay(plan: ImportPlan = PLAN, signal = new AbortController().signal): Promise<ReplayedOrder[]> {
  const client = new ApiClient(api.url, NO_DELAY);
  return replayPlan(plan, { api: client, keyPrefix: 'online-retail', signal, onOrderDone: () => undefined });
}

function effectsOf(prefix: string): string[] {
  return api.effects.filter((effect) => effect.startsWith(`${prefix} `)).map((effect) => effect.slice(4));
}

function expectEverythingOnce(): void {
  expect(api.effects).toHaveLength(ALL_EFFECTS);
  expect(api.orders.size).toBe(ORDERS);
  for (const { state } of api.orders.values()) expect(state).toBe('DELIVERED');
  const returns = [...api.orders.values()].flatMap((order) => order.returns);
  expect(returns.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
  const refunds = [...api.orders.values()].flatMap((order) => order.refunds);
  expect(refunds.map(({ amountMinor }) => amountMinor).sort((a, b) => a - b)).toEqual([510, 933, 1_530]);
}

describe('a replay', () => {
  test('delivers every order, completes every return and tells what the server holds', async () => {
    const orders = await replay();
    expectEverythingOnce();
    expect(effectsOf('101')).toEqual([
      'create',
      'pay',
      'process',
      'ship',
      'deliver',
      'approve',
      'dispatch',
      'receive',
      'complete',
    ]);
    expect(orders.map(({ orderNumber }) => orderNumber)).toEqual(PLAN.orders.map(({ orderNumber }) => orderNumber));
    expect(orders[0]).toMatchObject({ lines: 2, totalMinor: 2_208, returns: 2, returnedUnits: 5 });
    expect(orders[0]?.refunds.map((refund) => refund.amount_minor)).toEqual([510, 933]);
  });

  test('run twice changes nothing the second time, and answers the same', async () => {
    const first = await replay();
    const second = await replay();
    expectEverythingOnce();
    expect(second).toEqual(first);
  });

  test('run again after the server forgot the keys finds its orders and returns, and changes nothing', async () => {
    const first = await replay();
    api.forgetKeys();
    const second = await replay();
    expectEverythingOnce();
    expect(second).toEqual(first);
  });

  test.each([
    ['every key but that of placing', (key: string) => !key.endsWith(':create')],
    ['the keys of the returns', (key: string) => key.includes(':C')],
  ])('run again after the server forgot %s changes nothing', async (_which, isForgotten) => {
    const first = await replay();
    api.forgetKeys(isForgotten);
    expect(await replay()).toEqual(first);
    expectEverythingOnce();
  });

  test.each([1, 37, 120, 190, 205, 213])(
    'interrupted at change %d and run again, keys kept or forgotten, has one effect',
    async (changes) => {
      for (const forget of [false, true]) {
        const stop = new AbortController();
        api.onRequest = () => {
          if (api.effects.length >= changes) stop.abort(new Error('stopped by hand'));
          return undefined;
        };
        await expect(replay(PLAN, stop.signal)).rejects.toThrow('stopped by hand');
        expect(api.effects.length).toBeLessThan(ALL_EFFECTS);
        api.onRequest = () => undefined;
        if (forget) api.forgetKeys();
        await replay();
        expectEverythingOnce();
        await api.close();
        api = await ApiStandIn.start();
      }
    },
  );

  test('two at once share the work', async () => {
    const [first, second] = await Promise.all([replay(), replay()]);
    expectEverythingOnce();
    expect(second).toEqual(first);
  });

  test('goes on where a person moved the order first', async () => {
    api.onRequest = (request) => {
      // Somebody pays and processes each order, without a key, just before the import pays it.
      const id = Number(/^POST \/v1\/orders\/(\d+)\/pay$/.exec(request)?.[1]);
      if (id) api.move(id, ['pay', 'process']);
      return undefined;
    };
    await replay({ ...PLAN, returns: [] });
    expect([...api.orders.values()].every(({ state }) => state === 'DELIVERED')).toBe(true);
    expect(effectsOf('100')).toEqual(['create', 'ship', 'deliver']);
  });
});

describe('what passes is tried again', () => {
  test.each<Fault>(['busy', 'cut_before', 'cut_after'])(
    'each POST is %s seven times and has one effect',
    async (fault) => {
      const triesByKey = new Map<string, number>();
      api.onRequest = (request, key) => {
        if (!request.startsWith('POST')) return undefined;
        const tries = (triesByKey.get(key) ?? 0) + 1;
        triesByKey.set(key, tries);
        return tries < 8 ? fault : undefined;
      };
      await replay();
      expectEverythingOnce();
      expect(triesByKey.size).toBe(ALL_EFFECTS);
    },
  );

  test('no more than eight times, and then the import stops and says what the server said', async () => {
    let tries = 0;
    api.onRequest = (request) => {
      if (request !== 'POST /v1/orders') return undefined;
      tries += 1;
      return 'busy';
    };
    await expect(replay({ ...PLAN, orders: [plannedOrder('100')] })).rejects.toThrow(
      'order 100: POST /v1/orders failed 8 times, the last with: 503 busy Come back later.',
    );
    expect(tries).toBe(8);
  });
});

describe('what stands in the way stops the import, by name', () => {
  test('an order of the same number that is another', async () => {
    await replay({ ...PLAN, orders: [plannedOrder('100')], returns: [] });
    api.forgetKeys();
    const other = { ...plannedOrder('100'), customerId: '13047' };
    await expect(replay({ ...PLAN, orders: [other], returns: [] })).rejects.toThrow(
      "order 100: the server's customer is 17850, the file's is 13047",
    );
  });

  test('a cancelled order', async () => {
    api.onRequest = (request) => {
      const id = Number(/^POST \/v1\/orders\/(\d+)\/pay$/.exec(request)?.[1]);
      if (id) api.move(id, ['cancel']);
      return undefined;
    };
    await expect(replay({ ...PLAN, orders: [plannedOrder('100')], returns: [] })).rejects.toThrow(
      /^order 100: \/v1\/orders\/\d+ is CANCELLED, from where the import does not reach DELIVERED$/,
    );
  });

  test('a refusal, with its code and detail, before more orders are begun', async () => {
    const tooMany = [{ cancellingInvoice: 'C1', orderNumber: '100', rows: 1, items: [{ lineIndex: 0, quantity: 7 }] }];
    await expect(replay({ ...PLAN, orders: [plannedOrder('100')], returns: tooMany })).rejects.toThrow(
      /^order 100: POST \/v1\/orders\/\d+\/returns was refused: 422 return\.quantity_exceeds_returnable Line 1/,
    );
  });
});
