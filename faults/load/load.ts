import type { Random } from '../random.ts';
import type { Acknowledged } from './acknowledged.ts';
import { liveThrough } from './lifecycle.ts';
import { Broken, ShopClient } from './shop-client.ts';

const CUSTOMERS = 6;
/** From the last fault's end to the last answer. */
const FINISH_PATIENCE_MS = 150_000;

/** Customers who place order after order, and bring each to its end. */
export class Load {
  readonly #url: string;
  readonly #acknowledged: Acknowledged;
  readonly #random: Random;
  #stopped = new AbortController();
  #customers: Promise<void>[] = [];
  #placed = 0;

  constructor(url: string, acknowledged: Acknowledged, random: Random) {
    this.#url = url;
    this.#acknowledged = acknowledged;
    this.#random = random;
  }

  start(): void {
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    this.#customers = Array.from({ length: CUSTOMERS }, () => this.#shop(signal));
    // Each is waited for in `finish`, which is where a failure counts.
    for (const customer of this.#customers) customer.catch(() => undefined);
  }

  /** No new orders; resolves when those under way have come to their end. */
  async finish(): Promise<void> {
    this.#stopped.abort();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Broken(`orders under way did not come to an end within ${FINISH_PATIENCE_MS / 1_000} s`));
      }, FINISH_PATIENCE_MS);
    });
    await Promise.race([Promise.all(this.#customers), patience]);
    clearTimeout(timer);
  }

  async #shop(stopped: AbortSignal): Promise<void> {
    const client = new ShopClient(this.#url, new AbortController().signal);
    do {
      this.#placed += 1;
      const name = `F-${this.#placed}`;
      await liveThrough({ client, acknowledged: this.#acknowledged, random: this.#random.fork(name), name });
    } while (!stopped.aborted);
  }
}
