import type { Logger } from './logger.ts';

/** Polling, because a NOTIFY inside the hot transactions would serialise their commits. */
const POLL_INTERVAL_MS = 50;
const FIRST_PAUSE_AFTER_ERROR_MS = 250;
const LONGEST_PAUSE_AFTER_ERROR_MS = 5_000;

export interface RepeatingOptions {
  /** What is done, for the log: "placing events". */
  readonly what: string;
  /** Does a bounded part of the work, and answers whether there is more of it at once. */
  readonly step: () => Promise<boolean>;
  readonly logger: Logger;
  /** How long to wait when there was nothing to do; 50 by default. */
  readonly pollIntervalMs?: number;
}

/** Does the same thing again and again, one at a time: at once while there is work, else after a short pause. */
export class Repeating {
  readonly #options: RepeatingOptions;
  readonly #stopping = new AbortController();
  #endPause: () => void = () => undefined;
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: RepeatingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#endPause();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const pauseMs = await this.#step();
      if (pauseMs > 0) await this.#pause(pauseMs);
    }
  }

  /** Says once that it fails and once that it works again. Answers with how long to wait before the next. */
  async #step(): Promise<number> {
    const { what, step, logger, pollIntervalMs = POLL_INTERVAL_MS } = this.#options;
    try {
      const more = await step();
      if (this.#failures > 0) logger.info(`${what} works again`);
      this.#failures = 0;
      return more ? 0 : pollIntervalMs;
    } catch (error) {
      if (this.#failures === 0) logger.warn({ error: String(error) }, `${what} fails now; it is tried again`);
      this.#failures += 1;
      return Math.min(FIRST_PAUSE_AFTER_ERROR_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_AFTER_ERROR_MS);
    }
  }

  #pause(durationMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
