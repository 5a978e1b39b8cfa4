import type { Pool } from 'pg';
import type { Logger } from '../../platform/logger.ts';
import type { EventExchange } from './exchange.ts';
import { EventPublisher } from './publisher.ts';
import { EventSequencer } from './sequencer.ts';
import { Repeating } from '../../platform/repeating.ts';

export interface EventFeedOptions {
  readonly pool: Pool;
  /** Undefined: the feed is read over HTTP alone. */
  readonly exchange: EventExchange | undefined;
  readonly logger: Logger;
  readonly observer?: EventFeedObserver;
}

/** Told how the feed goes on, for metrics. */
export interface EventFeedObserver {
  eventsPlaced?(events: number): void;
  eventsPublished?(events: number): void;
}

/**
 * Keeps the feed for others going. Placing and publishing run apart, so that a broker in trouble never holds up the feed
 * over HTTP. Any number of processes may run it at once.
 */
export class EventFeed {
  readonly #exchange: EventExchange | undefined;
  readonly #loops: readonly Repeating[];

  constructor({ pool, exchange, logger, observer }: EventFeedOptions) {
    this.#exchange = exchange;
    const sequencer = new EventSequencer(pool);
    const placing = new Repeating({
      what: 'placing events in the feed',
      logger,
      step: async () => {
        const { placed, more } = await sequencer.placeNext();
        if (placed > 0) observer?.eventsPlaced?.(placed);
        return more;
      },
    });
    if (!exchange) {
      this.#loops = [placing];
      return;
    }
    const publisher = new EventPublisher(pool, exchange);
    const publishing = new Repeating({
      what: 'publishing events to the broker',
      logger,
      step: async () => {
        const { published, more } = await publisher.publishNext();
        if (published > 0) observer?.eventsPublished?.(published);
        return more;
      },
    });
    this.#loops = [placing, publishing];
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await this.#exchange?.close();
  }
}
