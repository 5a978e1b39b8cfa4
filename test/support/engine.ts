import { afterAll, beforeAll } from 'vitest';
import type { OrderCommand, PlaceOrder } from '../../src/domain/commands.ts';
import { exampleInvoicePolicy, examplePlacement, onlyOne } from '../../src/domain/example-orders.ts';
import type { OrderEvent, ReturnEvent } from '../../src/domain/lifecycles.ts';
import type { Order, Refund } from '../../src/domain/orders/order.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Intent, Outcome } from '../../src/engine/request.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import type { TestDatabase } from './database.ts';

export interface TestEngine {
  readonly engine: Engine;
  place(fields?: Partial<PlaceOrder>): Promise<Order>;
  /** Does the commands one after the other; answers with the order after the last. Throws when one is refused. */
  change(orderId: number, ...commands: readonly OrderCommand[]): Promise<Order>;
  move(orderId: number, ...events: readonly OrderEvent[]): Promise<Order>;
  execute(intent: Intent): Promise<Outcome>;
  shippedOrder(fields?: Partial<PlaceOrder>): Promise<Order>;
  /** An order that was cancelled after it was paid, and its refund. */
  refundedOrder(fields?: Partial<PlaceOrder>): Promise<{ readonly order: Order; readonly refund: Refund }>;
  /** A delivered order that came back whole, and its refund. */
  returnedOrder(fields?: Partial<PlaceOrder>): Promise<{ readonly order: Order; readonly refund: Refund }>;
}

/** Called at the top of a test file, after useDatabase: the real engine, and orders in the states that tests begin with. */
export function useEngine(database: TestDatabase): TestEngine {
  let made: Engine | undefined;
  beforeAll(() => {
    made = new Engine({ databaseUrl: database.url, invoicePolicy: exampleInvoicePolicy, logger: silentLogger });
  });
  afterAll(() => made?.close());

  return shopOn(() => {
    if (!made) throw new Error('the engine is made in beforeAll, and is not there before');
    return made;
  });
}

/** The same on an engine that a test has made by itself. */
export function shopOn(engine: () => Engine): TestEngine {
  const execute = (intent: Intent) => engine().execute({ intent, actor: 'test' });
  const orderAfter = async (intent: Intent): Promise<Order> => {
    const outcome = await execute(intent);
    if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
    return outcome.order;
  };

  const shop: TestEngine = {
    get engine() {
      return engine();
    },
    execute,
    place: (fields) => orderAfter({ kind: 'place', command: { ...examplePlacement, orderNumber: null, ...fields } }),
    change: async (orderId, ...commands) => {
      let order: Order | undefined;
      for (const command of commands) order = await orderAfter({ kind: 'change', target: { orderId }, command });
      if (!order) throw new Error('no command was given');
      return order;
    },
    move: (orderId, ...events) =>
      shop.change(orderId, ...events.map((event) => ({ type: 'move_order', event, reason: null }) as const)),
    shippedOrder: async (fields) => {
      const { id } = await shop.place(fields);
      return shop.move(id, 'pay', 'process', 'ship');
    },
    refundedOrder: async (fields) => {
      const { id } = await shop.place(fields);
      const order = await shop.move(id, 'pay', 'cancel');
      return { order, refund: onlyOne(order.refunds) };
    },
    returnedOrder: async (fields) => {
      const { id } = await shop.shippedOrder(fields);
      const { items } = await shop.move(id, 'deliver');
      const all = items.map((item) => ({ orderItemId: item.id, quantity: item.quantity }));
      const { returns } = await shop.change(id, { type: 'request_return', reason: 'Broken', items: all });
      const returnId = onlyOne(returns).id;
      const events: ReturnEvent[] = ['approve', 'dispatch', 'receive', 'complete'];
      const moves = events.map((event) => ({ type: 'move_return', returnId, event, reason: null }) as const);
      const order = await shop.change(id, ...moves);
      return { order, refund: onlyOne(order.refunds) };
    },
  };
  return shop;
}
