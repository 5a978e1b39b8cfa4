import {
  AMQPError,
  type AsyncMessage,
  type Connection,
  type Consumer,
  type ConsumerProps,
  type ConsumerStatus,
} from 'rabbitmq-client';
import type { Logger } from '../platform/logger.ts';
import { messageOf } from '../platform/rabbitmq.ts';

/** Messages at hand beside those being worked on. */
const PREFETCH_FACTOR = 2;

export interface SubscriptionOptions {
  readonly rabbit: Connection;
  readonly queue: NonNullable<ConsumerProps['queueOptions']> & { readonly queue: string };
  readonly concurrency: number;
  readonly receive: (message: AsyncMessage) => Promise<ConsumerStatus>;
  readonly logger: Logger;
  /** Called when consuming was interrupted: the queue may be gone. */
  readonly interrupted: () => void;
}

/**
 * Consumes one queue. A lost connection is mended by the client. A queue that was deleted is not: the broker's side of
 * a channel remembers the queue that was, and may serve nothing of a new one by the same name. So a cancelled consumer
 * makes place for another one on a channel of its own; and since the broker does not tell each consumer, whoever owns
 * this calls `look` now and then.
 */
export class RabbitSubscription {
  readonly #options: SubscriptionOptions;
  #consumer: Consumer;
  #retired: Promise<void> = Promise.resolve();
  #inHand = 0;
  /** Messages received since the last look, or undefined where none has been since it subscribed. */
  #received: number | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#consumer = this.#subscribe();
  }

  /**
   * Subscribes again when the broker knows of no consumer of the queue, or holds messages of which none has come since
   * the last look although nothing is in hand. Rejects when there is no such queue.
   */
  async look(): Promise<void> {
    const { rabbit, queue, logger } = this.#options;
    const received = this.#received;
    this.#received = 0;
    if (received === undefined) return;
    const { consumerCount, messageCount } = await rabbit.queueDeclare({ queue: queue.queue, passive: true });
    const isServed = received > 0 || this.#received > 0 || this.#inHand > 0 || messageCount === 0;
    if (consumerCount > 0 && isServed) return;
    logger.warn({ queue: queue.queue, messages: messageCount }, 'the broker has lost a subscription; it is made again');
    this.#renew();
  }

  async close(): Promise<void> {
    await this.#consumer.close();
    await this.#retired;
  }

  #renew(): void {
    const old = this.#consumer;
    this.#received = undefined;
    this.#consumer = this.#subscribe();
    this.#retired = Promise.all([this.#retired, old.close().catch(() => undefined)]).then(() => undefined);
  }

  #subscribe(): Consumer {
    const { rabbit, queue, concurrency, logger, interrupted } = this.#options;
    const consumer = rabbit.createConsumer(
      {
        queue: queue.queue,
        concurrency,
        qos: { prefetchCount: concurrency * PREFETCH_FACTOR },
        requeue: true,
        queueOptions: queue,
      },
      (message) => this.#receive(message),
    );
    // Every message at hand fails when the connection does; it is told once.
    let isTold = false;
    consumer.on('ready', () => {
      isTold = false;
    });
    consumer.on('error', (error: unknown) => {
      if (isCancelled(error) && consumer === this.#consumer) this.#renew();
      if (isTold) return;
      isTold = true;
      logger.warn({ queue: queue.queue, error: messageOf(error) }, 'consuming was interrupted; it goes on by itself');
      interrupted();
    });
    return consumer;
  }

  async #receive(message: AsyncMessage): Promise<ConsumerStatus> {
    this.#received = (this.#received ?? 0) + 1;
    this.#inHand += 1;
    try {
      return await this.#options.receive(message);
    } finally {
      this.#inHand -= 1;
    }
  }
}

/** By the broker, because the queue was deleted. */
function isCancelled(error: unknown): boolean {
  return error instanceof AMQPError && error.code === 'CANCEL_FORCED';
}
