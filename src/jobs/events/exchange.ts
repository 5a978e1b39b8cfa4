import type { Connection, Publisher } from 'rabbitmq-client';
import { domainEvent } from '../../domain/events.ts';
import { silentLogger } from '../../platform/logger.ts';
import { connectRabbit } from '../../platform/rabbitmq.ts';
import { CLOUD_EVENT_TYPE, cloudEventOf } from '../../queries/events/cloud-event.ts';
import type { PlacedEvent } from '../../queries/events/event-feed.ts';

/** For one call of `publish`; what is not confirmed by then counts as lost, and is sent again. */
const CONFIRM_TIMEOUT_MS = 10_000;

/** Where events leave for others. */
export interface EventExchange {
  /** Whether it takes events now. */
  readonly ready: boolean;
  /**
   * Sends the events, which are in the order of the feed. An order's next event leaves after the one before it is
   * confirmed, so nothing that is lost, refused or sent again changes their order; events of different orders do not
   * wait for each other.
   *
   * @throws when not all are confirmed: any of them may have been sent
   */
  publish(events: readonly PlacedEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** The durable topic exchange `roundtrip.events`, with routing keys such as `order.shipped`. */
export class RabbitEventExchange implements EventExchange {
  readonly #rabbit: Connection;
  readonly #publisher: Publisher;
  readonly #exchange: string;

  /** @param namespace begins the exchange's name; tests share a broker under names of their own */
  constructor(brokerUrl: string, namespace = 'roundtrip') {
    this.#exchange = `${namespace}.events`;
    // The connection of the jobs says when the broker is away.
    this.#rabbit = connectRabbit(brokerUrl, silentLogger, this.#exchange);
    this.#publisher = this.#rabbit.createPublisher({
      confirm: true,
      exchanges: [{ exchange: this.#exchange, type: 'topic', durable: true }],
    });
  }

  get ready(): boolean {
    return this.#rabbit.ready;
  }

  async publish(events: readonly PlacedEvent[]): Promise<void> {
    const sending = new AbortController();
    const timer = setTimeout(() => {
      sending.abort(new Error(`not all of ${events.length} events were confirmed within ${CONFIRM_TIMEOUT_MS} ms`));
    }, CONFIRM_TIMEOUT_MS);
    const lastOfOrder = new Map<number, Promise<void>>();
    for (const event of events) {
      const before = lastOfOrder.get(event.orderId) ?? Promise.resolve();
      const sent = before.then(() => {
        sending.signal.throwIfAborted();
        return this.#send(event);
      });
      lastOfOrder.set(event.orderId, sent);
    }
    try {
      await Promise.race([Promise.all(lastOfOrder.values()), aborted(sending.signal)]);
    } finally {
      clearTimeout(timer);
      // After a failure nothing more leaves.
      sending.abort();
    }
  }

  /** Not mandatory: it may be that nobody listens. */
  #send(event: PlacedEvent): Promise<void> {
    const message = cloudEventOf(event);
    const envelope = {
      exchange: this.#exchange,
      routingKey: domainEvent(event.entityType, event.toState).name,
      durable: true,
      messageId: message.id,
      contentType: CLOUD_EVENT_TYPE,
    };
    // Bytes, because the client would name a content type of its own for text and objects.
    return this.#publisher.send(envelope, Buffer.from(JSON.stringify(message)));
  }

  async close(): Promise<void> {
    await this.#publisher.close().catch(() => undefined);
    await this.#rabbit.close();
  }
}

/** Rejects when the signal is aborted, with its reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
