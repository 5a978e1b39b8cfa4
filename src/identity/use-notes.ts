import type { Logger } from '../platform/logger.ts';

const WRITE_AFTER_MS = 10_000;

/** Gathers when things were last used, by their ids, and writes it down in bites, outside of requests. */
export class UseNotes {
  readonly #write: (used: ReadonlyMap<number, Date>) => Promise<void>;
  readonly #logger: Logger;
  #used = new Map<number, Date>();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (used: ReadonlyMap<number, Date>) => Promise<void>, logger: Logger) {
    this.#write = write;
    this.#logger = logger;
  }

  note(id: number, timeMs: number): void {
    this.#used.set(id, new Date(timeMs));
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS).unref();
  }

  /** Writes down what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#used.size === 0) return;
    const used = this.#used;
    this.#used = new Map();
    try {
      await this.#write(used);
    } catch (error) {
      this.#logger.warn({ error: String(error) }, 'when keys or sessions were last used was not written down');
    }
  }
}
