import type { Logger } from '../platform/logger.ts';

const INTERVAL_MS = 10 * 60_000;
const MOST_BITES = 100;

export interface HousekeepingTask {
  /** What is removed, for the log: "idempotency keys past their 24 hours". */
  readonly what: string;
  /** Removes a bounded number, and answers with how many. */
  readonly clean: () => Promise<number>;
}

/** Removes what is past its keeping, now and then. Several processes may do so at once. */
export function startHousekeeping(tasks: readonly HousekeepingTask[], logger: Logger): { stop(): void } {
  const timer = setInterval(() => {
    void cleanAll();
  }, INTERVAL_MS);
  timer.unref();
  let stopped = false;
  void cleanAll();
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };

  async function cleanAll(): Promise<void> {
    for (const task of tasks) await clean(task);
  }

  async function clean({ what, clean: removeSome }: HousekeepingTask): Promise<void> {
    try {
      let removed = 0;
      for (let bite = 0; bite < MOST_BITES && !stopped; bite += 1) {
        const gone = await removeSome();
        removed += gone;
        if (gone === 0) break;
      }
      if (removed > 0) logger.info({ removed }, `${what} were removed`);
    } catch (error) {
      if (!stopped) logger.warn({ error: String(error) }, `the clean-up of ${what} failed; it is tried again`);
    }
  }
}
