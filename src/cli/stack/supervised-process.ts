import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../node-flags.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A process that lived for so long has not failed at its start, and the next pause is the first again. */
const LONG_LIFE_MS = 10_000;
/** From SIGKILL to the end. */
const KILL_PATIENCE_MS = 5_000;

export interface ProcessPlan {
  /** How its lines are marked: "web.1". */
  readonly name: string;
  readonly role: 'web' | 'worker' | 'gateway';
  readonly environment: NodeJS.ProcessEnv;
  /** Whether it is up, asked over HTTP. */
  readonly healthUrl: string;
}

export interface ProcessObserver {
  line(name: string, text: string): void;
  /** It ended unasked, and starts again after the pause. */
  died(name: string, how: string, pauseMs: number): void;
}

/** A role in a process of its own, started again with back-off whenever it ends unasked. */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly #observer: ProcessObserver;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #earlyDeaths = 0;
  #stopping = false;

  constructor(plan: ProcessPlan, observer: ProcessObserver) {
    this.plan = plan;
    this.#observer = observer;
  }

  /** Undefined between an end and the next start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    const { name, role, environment } = this.plan;
    const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, role], {
      env: environment,
      // The channel tells it of our end. In a group of its own: Ctrl-C at the terminal is ours to pass on, in order.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream)
        createInterface({ input: stream }).on('line', (text) => {
          this.#observer.line(name, text);
        });
    }
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
    this.#observer.died(this.plan.name, how, pauseMs);
    this.#restart = setTimeout(() => {
      this.start();
    }, pauseMs);
  }
}

async function endsWithin(ended: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const { promise: patience, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, patienceMs, false);
  const didEnd = await Promise.race([ended.then(() => true), patience]);
  clearTimeout(timer);
  return didEnd;
}
