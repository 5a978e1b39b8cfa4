import type { Client } from 'pg';
import { Coalescer } from '../../platform/sharing/coalesce.ts';
import { connectWithKeptPlans, renewPlans } from '../../platform/database/kept-plans.ts';
import { DatabaseUnavailable, isUnavailable } from '../../platform/database/postgres.ts';
import type { SeenOrder } from '../../domain/orders/order.ts';
import { readSeenOrders, type WholeOrder } from './whole-orders.ts';

const MOST_ORDERS_AT_ONCE = 100;
const MOST_WAITING = 10_000;
const READS_IN_FLIGHT = 2;
/** Of what waits or is being read: while PostgreSQL reads some, this process answers with the others. */
const LEAST_SHARE = 16;
/** Prepared, as every statement behind it is, so that the socket holds them together. */
const BEGIN = { name: 'begin', text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };

export type FoundOrder = WholeOrder<SeenOrder>;

/**
 * Reads whole orders for those who only look. Reads that arrive while one is in flight leave together in the next, in
 * one snapshot, so that an order is never seen half changed.
 */
export class OrderReader {
  readonly #databaseUrl: string;
  readonly #idleClients: Client[] = [];
  readonly #coalescer: Coalescer<number, FoundOrder | undefined>;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
    this.#coalescer = new Coalescer<number, FoundOrder | undefined>({
      maxBatchItems: MOST_ORDERS_AT_ONCE,
      maxBatchesInFlight: READS_IN_FLIGHT,
      leastShare: LEAST_SHARE,
      maxQueuedWeight: MOST_WAITING,
      run: async (batch) => {
        const orders = await this.#readAll([...new Set(batch.map(({ item }) => item))]);
        for (const { item, resolve } of batch) resolve(orders.get(item));
      },
    });
  }

  /**
   * @throws Overloaded when too many reads wait
   * @throws DatabaseUnavailable when the database is away
   */
  read(orderId: number): Promise<FoundOrder | undefined> {
    return this.#coalescer.submit(orderId);
  }

  async close(): Promise<void> {
    await this.#coalescer.drained();
    await Promise.allSettled(this.#idleClients.splice(0).map((client) => client.end()));
  }

  async #readAll(orderIds: readonly number[]): Promise<Map<number, FoundOrder>> {
    const reused = this.#idleClients.pop();
    try {
      return await this.#readOn(reused ?? (await this.#connect()), orderIds);
    } catch (error) {
      // A connection that died while idle says nothing about the database: a new one may work.
      if (!reused || !isUnavailable(error)) throw error;
      return this.#readOn(await this.#connect(), orderIds);
    }
  }

  async #readOn(client: Client, orderIds: readonly number[]): Promise<Map<number, FoundOrder>> {
    try {
      const [, , orders] = await Promise.all([
        renewPlans(client),
        client.query(BEGIN),
        readSeenOrders(client, orderIds),
        client.query('COMMIT'),
      ]);
      this.#idleClients.push(client);
      return orders;
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    try {
      return await connectWithKeptPlans(this.#databaseUrl, 'roundtrip reader');
    } catch (error) {
      throw new DatabaseUnavailable('the database cannot be reached', { cause: error });
    }
  }
}
