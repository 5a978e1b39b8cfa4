import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A process that lived for so long has not failed at its start, and the next pause is the first again. */
const LONG_LIFE_MS = 10_000;
/** From SIGKILL to the end. */
const KILL_PATIENCE_MS = 5_000;

export interface Supervision {
  launch(): ChildProcess;
  /** It ended unasked, and starts again after the pause, unless it is stopped. */
  died(how: string, pauseMs: number): void;
}

/** A process that is started again with back-off whenever it ends unasked. */
export class SupervisedProcess {
  readonly #supervision: Supervision;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #earlyDeaths = 0;
  #stopping = false;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /** Undefined between an end and the next start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    const child = this.#supervision.launch();
    this.#child = child;
    child.once('error', (error) => {
      this.#ended(child, error.message, startedAt);
    });
    child.once('exit', (code, signal) => {
      this.#ended(
        child,
        signal === null ? `it ended with ${code ?? 'nothing'}` : `it was ended by ${signal}`,
        startedAt,
      );
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Asks it to stop; ends it when it has not after `patienceMs`. Not started again. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // A process that is stopped by SIGSTOP hears nothing else.
    child.kill('SIGCONT');
    if (await endsWithin(ended, patienceMs)) return;
    child.kill('SIGKILL');
    await endsWithin(ended, KILL_PATIENCE_MS);
  }

  #ended(child: ChildProcess, how: string, startedAt: number): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#stopping) return;
    this.#earlyDeaths = performance.now() - startedAt > LONG_LIFE_MS ? 0 : this.#earlyDeaths + 1;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, this.#earlyDeaths - 1), LONGEST_PAUSE_MS);
    this.#restart = setTimeout(() => {
      this.start();
    }, pauseMs);
    this.#supervision.died(how, pauseMs);
  }
}

async function endsWithin(ended: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const { promise: patience, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, patienceMs, false);
  const didEnd = await Promise.race([ended.then(() => true), patience]);
  clearTimeout(timer);
  return didEnd;
}
