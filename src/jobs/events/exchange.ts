import type { Connection, Publisher } from 'rabbitmq-client';
import { domainEvent } from '../../domain/events.ts';
import { silentLogger } from '../../platform/logger.ts';
import { confirmedWithin, connectRabbit } from '../../platform/rabbitmq.ts';
import { CLOUD_EVENT_TYPE, cloudEventOf } from '../../queries/events/cloud-event.ts';
import type { PlacedEvent } from '../../queries/events/event-feed.ts';

/** For one call of `publish`: no more is sent after this, however much is left. The next call goes on. */
const SENDING_MS = 8_000;
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
   * @returns how many are confirmed from the first on, without one left out: any of those behind may have been sent
   * @throws when not even the first is confirmed
   */
  publish(events: readonly PlacedEvent[]): Promise<number>;
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

  async publish(events: readonly PlacedEvent[]): Promise<number> {
    const confirmed = new Set<PlacedEvent>();
    const sendUntil = performance.now() + SENDING_MS;
    let failure: unknown;
    // After a failure nothing more leaves, and what is on its way is waited for.
    const fail = (error: unknown) => {
      failure ??= error;
    };
    const sendInTurn = async (ofOrder: readonly PlacedEvent[]) => {
      for (const event of ofOrder) {
        if (failure !== undefined || performance.now() > sendUntil) return;
        await this.#send(event);
        confirmed.add(event);
      }
    };
    const orders = Map.groupBy(events, ({ orderId }) => orderId).values();
    const sending = Promise.all(Array.from(orders, (ofOrder) => sendInTurn(ofOrder).catch(fail)));
    await confirmedWithin(CONFIRM_TIMEOUT_MS, sending).catch(fail);
    const firstLost = events.findIndex((event) => !confirmed.has(event));
    if (firstLost === 0) throw failure;
    return firstLost === -1 ? events.length : firstLost;
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
