import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, type Consumer } from 'rabbitmq-client';
import type { Books } from '../world/books.ts';
import { Broken } from './shop-client.ts';

const EXCHANGE = 'roundtrip.events';
const QUEUE = 'faults.events';
const PATIENCE_MS = 30_000;
const ASK_INTERVAL_MS = 200;

/** Somebody else's system: it has a queue of its own bound to the events, and connects again when it was cut off. */
export class EventListener {
  readonly #rabbit: Connection;
  #consumer: Consumer | undefined;
  /** Ids of transitions. */
  readonly #heard = new Set<number>();
  #deliveries = 0;

  private constructor(port: number) {
    this.#rabbit = new Connection({
      url: `amqp://guest:guest@127.0.0.1:${port}`,
      connectionName: 'listener',
      retryHigh: 2_000,
      heartbeat: 5,
    });
    this.#rabbit.on('error', () => undefined);
  }

  static async start(port: number): Promise<EventListener> {
    const listener = new EventListener(port);
    await listener.#subscribe();
    return listener;
  }

  /**
   * Waits for what is still on its way.
   *
   * @throws Broken when an event of the feed never came
   */
  async untilHeard(books: Books): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const rows = await books.query<{ id: number }>('SELECT transition_id AS id FROM event_feed');
      const missing = rows.filter(({ id }) => !this.#heard.has(id));
      if (missing.length === 0) {
        const again = this.#deliveries - this.#heard.size;
        console.log(`\nall ${rows.length} events came to the listener, ${again} of them once more`);
        return;
      }
      if (performance.now() > deadline) {
        throw new Broken(
          `${missing.length} of ${rows.length} events never came, the first of transition ${missing[0]?.id}`,
        );
      }
      await delay(ASK_INTERVAL_MS);
    }
  }

  async close(): Promise<void> {
    await this.#consumer?.close();
    await this.#rabbit.close();
  }

  async #subscribe(): Promise<void> {
    await this.#rabbit.exchangeDeclare({ exchange: EXCHANGE, type: 'topic', durable: true });
    this.#consumer = this.#rabbit.createConsumer(
      {
        queue: QUEUE,
        queueOptions: { queue: QUEUE, durable: true, arguments: { 'x-queue-type': 'quorum' } },
        queueBindings: [{ exchange: EXCHANGE, routingKey: '#' }],
        qos: { prefetchCount: 200 },
      },
      (message) => {
        this.#heard.add(Number(message.messageId));
        this.#deliveries += 1;
      },
    );
    this.#consumer.on('error', () => undefined);
    // What is sent before somebody listens is nobody's.
    await once(this.#consumer, 'ready');
  }
}
