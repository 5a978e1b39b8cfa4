import type { RunningJob } from './job-store.ts';

/**
 * Runs one job. It may run again at any time, in another process, even while this run goes on: whatever it does outside
 * carries a key under which doing it twice has one effect.
 *
 * - `settled`: the job was finished together with its outcome, by the engine
 * - `nothing_to_do`: what it asks for is so already; the worker finishes it
 *
 * Any error means: later. `NotYet` means: later, and nothing has failed; `GiveUp`: not without a person.
 */
export type JobHandler = (job: RunningJob) => Promise<'settled' | 'nothing_to_do'>;

/** Not now: the job is put back for at least this long, or for its own back-off when that is longer. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly afterMs: number;

  constructor(message: string, afterMs = 0) {
    super(message);
    this.afterMs = afterMs;
  }
}

/**
 * The other side has taken it on and is not through with it, or is away and will be back. That is no failure, so the run
 * does not count as one: the job waits for so long and asks again, however often.
 */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** Trying again cannot help: the job becomes a dead letter at once. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}
