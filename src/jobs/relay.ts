import { JOB_KINDS, type JobKind } from '../domain/decision.ts';
import type { Logger } from '../platform/logger.ts';
import { PublishError, type Broker } from './broker.ts';
import type { JobStore } from './job-store.ts';

const CLAIMED_AT_ONCE = 200;
/** Polling, because a NOTIFY inside the hot transactions would serialise their commits. */
const POLL_INTERVAL_MS = 25;
const PAUSE_AFTER_ERROR_MS = 1_000;
const RECOVERY_INTERVAL_MS = 1_000;

/** Hands ready jobs to the broker, and gives out again those whose lease ran out. Any number may run at once. */
export class Relay {
  readonly #store: JobStore;
  readonly #broker: Broker;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #nextRecoveryAt = 0;
  #running: Promise<void> | undefined;

  constructor(store: JobStore, broker: Broker, logger: Logger) {
    this.#store = store;
    this.#broker = broker;
    this.#logger = logger;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Looks for jobs at once: some were committed in this process a moment ago. */
  wake(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        const moved = await this.#move();
        if (moved < CLAIMED_AT_ONCE) await this.#pause(POLL_INTERVAL_MS);
      } catch (error) {
        this.#logger.warn({ error: String(error) }, 'the relay cannot move jobs now; it tries again in a second');
        await this.#pause(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  async #move(): Promise<number> {
    // By a clock that is never set back: for as long as it had been, nothing would be recovered.
    if (performance.now() >= this.#nextRecoveryAt) {
      const { ready, dead } = await this.#store.recoverExpired();
      if (ready > 0) this.#logger.warn({ jobs: ready }, 'jobs whose lease ran out are given out again');
      if (dead > 0) this.#logger.error({ jobs: dead }, 'jobs whose lease ran out at their last attempt are dead');
      this.#nextRecoveryAt = performance.now() + RECOVERY_INTERVAL_MS;
    }
    const roomOf = (kind: JobKind): number => this.#broker.room(kind);
    if (JOB_KINDS.every((kind) => roomOf(kind) <= 0)) return 0;
    const messages = await this.#store.claim(CLAIMED_AT_ONCE, roomOf);
    if (messages.length === 0) return 0;
    try {
      await this.#broker.publish(messages);
    } catch (error) {
      // The others stay handed over: a kind whose queue is gone must not hold up those that have theirs.
      const lost = error instanceof PublishError ? error.messages : messages;
      await this.#store.unqueue(lost.map(({ jobId }) => jobId));
      throw error;
    }
    return messages.length;
  }

  #pause(durationMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
