import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { readEventFeed } from '../../queries/events/event-feed.ts';
import type { EventExchange } from './exchange.ts';

const PUBLISHED_AT_ONCE = 500;
/** Longer than a bite takes to be read and confirmed; a publisher that dies holds the others up for so long. */
const LEASE_SECONDS = 30;

/**
 * Sends the feed to the exchange: each event at least once, an order's events in their order. One publisher at a time
 * across the fleet, by a lease that runs by the database's clock. No transaction is open while it sends.
 */
export class EventPublisher {
  readonly #pool: Pool;
  readonly #exchange: EventExchange;
  readonly #name = randomUUID();

  constructor(pool: Pool, exchange: EventExchange) {
    this.#pool = pool;
    this.#exchange = exchange;
  }

  /** Publishes the next bite; nothing when there is none, the exchange is away, or another process is at it. */
  async publishNext(): Promise<{ readonly published: number; readonly more: boolean }> {
    const after = this.#exchange.ready ? await this.#claim() : undefined;
    if (after === undefined) return { published: 0, more: false };
    try {
      const page = await readEventFeed(this.#pool, { after, limit: PUBLISHED_AT_ONCE });
      if (!page) throw new Error(`position ${after} was published, and is not in the feed`);
      const published = await this.#exchange.publish(page.events);
      const isWhole = published === page.events.length;
      await this.#release(isWhole ? page.readUpTo : (page.events[published - 1]?.position ?? after));
      return { published, more: !isWhole || published === PUBLISHED_AT_ONCE };
    } catch (error) {
      // Where this fails too, the lease runs out.
      await this.#release(after).catch(() => undefined);
      throw error;
    }
  }

  /** Answers with the position after which to publish; undefined when there is nothing to do, or another does it. */
  async #claim(): Promise<number | undefined> {
    const { rows } = await this.#pool.query<{ after: number }>({
      name: 'claim-event-feed',
      text: `UPDATE event_feed_progress
             SET publisher = $1, leased_until = clock_timestamp() + make_interval(secs => $2)
             WHERE published_position < placed_position
               AND (leased_until IS NULL OR leased_until < clock_timestamp())
             RETURNING published_position AS after`,
      values: [this.#name, LEASE_SECONDS],
    });
    return rows[0]?.after;
  }

  /** Changes nothing when the lease ran out and another has taken over: that one sends the same events again. */
  async #release(published: number): Promise<void> {
    await this.#pool.query({
      name: 'release-event-feed',
      text: `UPDATE event_feed_progress SET published_position = $2, publisher = NULL, leased_until = NULL
             WHERE publisher = $1`,
      values: [this.#name, published],
    });
  }
}
