import type { Logger } from '../platform/logger.ts';
import { Repeating } from '../platform/repeating.ts';
import { WebhookDealer } from './dealer.ts';
import { DeliveryStore, type ClaimedDelivery } from './delivery-store.ts';
import { WebhookSender, type SenderOptions, type SendResult } from './sender.ts';

/** Tries under way at once, in one process. */
const CONCURRENCY = 32;
const POLL_INTERVAL_MS = 200;

export interface WebhooksOptions extends SenderOptions {
  readonly logger: Logger;
  readonly observer?: WebhookObserver;
  readonly pollIntervalMs?: number;
}

/** Told how it goes, for metrics. */
export interface WebhookObserver {
  webhookSent?(result: SendResult, durationSeconds: number): void;
}

/** Deals the event feed out to the endpoints and sends what is due. Any number of processes may run it at once. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #store: DeliveryStore;
  readonly #sender: WebhookSender;
  readonly #loops: readonly Repeating[];
  readonly #underWay = new Map<Promise<void>, number>();

  constructor(options: WebhooksOptions) {
    const { pool, logger, pollIntervalMs = POLL_INTERVAL_MS } = options;
    this.#options = options;
    this.#store = new DeliveryStore(pool);
    this.#sender = new WebhookSender(options);
    const dealer = new WebhookDealer(pool);
    this.#loops = [
      new Repeating({
        what: 'dealing events out to webhooks',
        logger,
        pollIntervalMs,
        step: async () => (await dealer.dealNext()).more,
      }),
      new Repeating({
        what: 'sending webhooks',
        logger,
        pollIntervalMs,
        step: () => this.#sendDue(),
      }),
    ];
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  /** Resolves when the tries under way have ended, each within its time-out. */
  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    await Promise.all(this.#underWay.keys());
  }

  async #sendDue(): Promise<boolean> {
    const free = CONCURRENCY - this.#underWay.size;
    if (free === 0) {
      await Promise.race(this.#underWay.keys());
      return true;
    }
    const claimed = await this.#store.claim(free, this.#busyEndpoints());
    for (const delivery of claimed) {
      const sending = this.#send(delivery).finally(() => this.#underWay.delete(sending));
      this.#underWay.set(sending, delivery.endpointId);
    }
    return claimed.length > 0;
  }

  #busyEndpoints(): Map<number, number> {
    const busy = new Map<number, number>();
    for (const endpointId of this.#underWay.values()) busy.set(endpointId, (busy.get(endpointId) ?? 0) + 1);
    return busy;
  }

  /** Never rejects: what cannot be written down comes again when its lease runs out. */
  async #send(delivery: ClaimedDelivery): Promise<void> {
    const { logger, observer } = this.#options;
    const begun = performance.now();
    const about = { delivery_id: delivery.id, endpoint_id: delivery.endpointId };
    try {
      const result = await this.#sender.send(delivery);
      observer?.webhookSent?.(result, (performance.now() - begun) / 1_000);
      if (result === 'endpoint_disabled') logger.warn(about, 'a webhook endpoint was disabled: it takes nothing');
    } catch (error) {
      logger.warn({ ...about, error: String(error) }, 'what came of a webhook could not be written down');
    }
  }
}
