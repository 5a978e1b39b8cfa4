import { setTimeout as pause } from 'node:timers/promises';
import { newOrder } from '../shop/catalogue.ts';

const CLIENTS = 16;
/** Sooner than Retry-After asks for, so that the gap that is found is the shop's and not the client's. */
const PAUSE_MS = 20;

/** An order that was answered: the only thing that a client knows to be so. */
export interface PlacedOrder {
  readonly number: string;
  readonly id: number;
  readonly answeredAt: number;
}

/** Clients that send each order under its key until it is answered, as docs/integrating.md has it. */
export class Placing {
  readonly placed: PlacedOrder[] = [];
  /** How often each status came that is no answer; 0: the connection broke. */
  readonly unanswered = new Map<number, number>();
  /** Answers that were those of a request before. */
  replayed = 0;
  readonly #url: string;
  #stopped = false;
  #numbers = 0;
  readonly #clients: Promise<unknown>;

  constructor(url: string) {
    this.#url = url;
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, () => this.#keepPlacing()));
  }

  /** Answers once what was begun is answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#clients;
  }

  async #keepPlacing(): Promise<void> {
    while (!this.#stopped) {
      this.#numbers += 1;
      await this.#placeOnce(`FAILOVER-${this.#numbers}`);
    }
  }

  async #placeOnce(number: string): Promise<void> {
    const body = JSON.stringify(newOrder(number, this.#numbers, 3, () => this.#numbers));
    for (;;) {
      const response = await fetch(`${this.#url}/v1/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': number },
        body,
      }).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response?.status === 201 && text !== undefined) {
        if (response.headers.has('idempotency-replayed')) this.replayed += 1;
        const { id } = JSON.parse(text) as { id: number };
        this.placed.push({ number, id, answeredAt: performance.now() });
        return;
      }
      const status = response?.status ?? 0;
      if (status !== 0 && status < 500) throw new Error(`${number} was answered ${status}: ${text ?? ''}`);
      this.unanswered.set(status, (this.unanswered.get(status) ?? 0) + 1);
      await pause(PAUSE_MS);
    }
  }
}
