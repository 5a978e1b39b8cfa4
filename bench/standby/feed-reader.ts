import { setTimeout as pause } from 'node:timers/promises';

const PAGE = 200;
const PAUSE_MS = 100;
const PATIENCE_MS = 30_000;

interface FeedPage {
  readonly data: readonly { readonly data: { readonly order_id: number } }[];
  readonly next: string;
}

/** Reads the event feed on and on from where it was, across whatever happens to the server behind it. */
export class FeedReader {
  /** How often each order's placing came. */
  readonly seen = new Map<number, number>();
  readonly #url: string;
  #after = '0';
  #stopped = false;
  readonly #reading: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#reading = this.#read();
  }

  /** Answers once it has seen so many orders, or has waited for them in vain. */
  async stopAfter(orders: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.seen.size < orders && performance.now() < deadline) await pause(PAUSE_MS);
    this.#stopped = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      const response = await fetch(`${this.#url}/v1/events?limit=${PAGE}&after=${this.#after}`).catch(() => undefined);
      if (response?.status === 400) throw new Error(`the feed went back behind ${this.#after}`);
      const page = response?.ok ? ((await response.json()) as FeedPage) : undefined;
      for (const { data } of page?.data ?? []) this.seen.set(data.order_id, (this.seen.get(data.order_id) ?? 0) + 1);
      if (page === undefined || page.next === this.#after) await pause(PAUSE_MS);
      else this.#after = page.next;
    }
  }
}
